//! The syntax of a cron schedule, as the CronJob controller reads it: five fields, or a descriptor.

/// What is wrong with a schedule, if anything.
pub(super) fn fault(schedule: &str) -> Option<String> {
    if schedule.contains("TZ=") {
        return Some("a schedule takes no time zone; write it in timeZone".to_owned());
    }
    if let Some(every) = schedule.strip_prefix("@every ") {
        return (!is_duration(every))
            .then(|| format!("invalid duration {every:?}: must be such as 1h30m"));
    }
    if schedule.starts_with('@') {
        let known =
            ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
        return (!known.contains(&schedule))
            .then(|| format!("unknown descriptor; known: {}, @every", known.join(", ")));
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != 5 {
        return Some(format!("expected exactly 5 fields, found {}", fields.len()));
    }
    const MONTHS: &[&str] =
        &["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let limits: [(&str, u32, u32, &[&str]); 5] = [
        ("minute", 0, 59, &[]),
        ("hour", 0, 23, &[]),
        ("day of the month", 1, 31, &[]),
        ("month", 1, 12, MONTHS),
        ("day of the week", 0, 6, DAYS),
    ];
    fields.iter().zip(limits).find_map(|(field, (name, low, high, words))| {
        let bad = field.split(',').find(|range| !is_range(range, low, high, words))?;
        let shown = if bad.is_empty() { field } else { bad };
        Some(format!("invalid {name} {shown:?}: must be {low} to {high}"))
    })
}

fn is_range(text: &str, low: u32, high: u32, words: &[&str]) -> bool {
    let (range, step) = match text.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (text, None),
    };
    if let Some(step) = step
        && !step.parse::<u32>().is_ok_and(|step| step > 0 && !text.contains("/+"))
    {
        return false;
    }
    if range == "*" || range == "?" {
        return true;
    }
    let value = |text: &str| -> Option<u32> {
        let word =
            words.iter().position(|word| !word.is_empty() && text.eq_ignore_ascii_case(word));
        let number = match word {
            Some(at) => u32::try_from(at).ok()?,
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok()?,
            None => return None,
        };
        (low..=high).contains(&number).then_some(number)
    };
    match range.split_once('-') {
        Some((from, to)) => {
            matches!((value(from), value(to)), (Some(from), Some(to)) if from <= to)
        }
        None => value(range).is_some(),
    }
}

/// A duration of Go: `1h30m`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut any = false;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, behind) = rest.split_at(end);
        if !number.bytes().any(|byte| byte.is_ascii_digit()) || number.matches('.').count() > 1 {
            return false;
        }
        let unit = ["ms", "us", "µs", "ns", "h", "m", "s"]
            .into_iter()
            .find(|unit| behind.starts_with(unit));
        let Some(unit) = unit else { return false };
        rest = &behind[unit.len()..];
        any = true;
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read_as_cron_reads_them() {
        for good in [
            "* * * * *",
            "*/5 0-6 1,15 jan-mar MON",
            "0 0 ? * 0",
            "@hourly",
            "@every 1h30m",
            "59 23 31 12 6",
            "5/15 * * * *",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "* * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "*/0 * * * *",
            "a * * * *",
            "5-1 * * * *",
            "@never",
            "@every day",
            "TZ=UTC * * * * *",
            "* * * * * *",
            "1,,2 * * * *",
            "",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
