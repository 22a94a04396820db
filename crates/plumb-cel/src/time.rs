//! Durations as Go writes them, points in time as RFC 3339 does, and their parts.

use jiff::tz::TimeZone;
use std::cmp::Ordering;
use std::fmt;

/// A point in time of the years 1 to 9999, to the nanosecond.
///
/// Its distance from UTC makes no difference but to [`Time::local`].
#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// Seconds since 1970 in UTC.
    seconds: i64,
    nanos: u32,
    /// How far the clock that it was read from is before UTC, in seconds.
    offset: i32,
}

impl PartialEq for Time {
    fn eq(&self, other: &Time) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Time) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Time) -> Ordering {
        (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos))
    }
}

const FIRST: i64 = -62_135_596_800;
const LAST: i64 = 253_402_300_799;

impl Time {
    /// From seconds since 1970 and nanoseconds; none outside the years 1 to 9999.
    pub fn new(seconds: i64, nanos: u32) -> Option<Time> {
        let right = (FIRST..=LAST).contains(&seconds) && nanos < 1_000_000_000;
        right.then_some(Time { seconds, nanos, offset: 0 })
    }

    /// Reads a time as RFC 3339 writes it, as strictly as Go does.
    pub fn parse(text: &str) -> Option<Time> {
        read(text)
    }

    /// As RFC 3339 writes it, at the distance from UTC that it was read with.
    pub fn local(self) -> String {
        let clock = self.shown(self.offset.into());
        let minutes = self.offset.abs() / 60;
        match self.offset {
            0 => format!("{clock}Z"),
            offset => {
                let sign = if offset < 0 { '-' } else { '+' };
                format!("{clock}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }

    /// Date and time at a distance from UTC in seconds, without the distance.
    fn shown(self, offset: i64) -> String {
        let Parts { year, month, day, hour, minute, second, .. } = Parts::of(self, offset);
        let fraction = format!(".{:09}", self.nanos);
        let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}")
    }

    /// Seconds since 1970, the part of a second left out.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    fn from_nanos(nanos: i128) -> Option<Time> {
        let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
        Time::new(seconds, nanos.rem_euclid(1_000_000_000) as u32)
    }

    fn as_nanos(self) -> i128 {
        i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanos)
    }

    /// The first instant of year 1, which is the zero value of a time.
    pub(crate) fn is_zero(self) -> bool {
        self.seconds == FIRST && self.nanos == 0
    }

    /// Nanoseconds from another point to this one, where they fit a duration.
    pub(crate) fn since(self, other: Time) -> Option<i64> {
        i64::try_from(self.as_nanos() - other.as_nanos()).ok()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.shown(0))
    }
}

/// A point in time as a calendar and a clock show it.
pub(crate) struct Parts {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    pub(crate) milli: i64,
    /// From 0, Sunday.
    pub(crate) weekday: i64,
    /// From 0.
    pub(crate) year_day: i64,
}

impl Parts {
    /// At a distance from UTC in seconds.
    pub(crate) fn of(at: Time, offset: i64) -> Parts {
        let local = at.seconds + offset;
        let (days, clock) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = date(days);
        Parts {
            year,
            month,
            day,
            hour: clock / 3_600,
            minute: clock / 60 % 60,
            second: clock % 60,
            milli: i64::from(at.nanos / 1_000_000),
            weekday: (days + 4).rem_euclid(7),
            year_day: days - days_before(year),
        }
    }
}

/// Days from 1970 to the first of January of a year.
fn days_before(year: i64) -> i64 {
    let before = year - 1;
    365 * before + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) - 719_162
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a day since 1970.
fn date(days: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days.div_euclid(366);
    while days_before(year + 1) <= days {
        year += 1;
    }
    while days_before(year) > days {
        year -= 1;
    }
    let mut day = days - days_before(year);
    let mut month = 1;
    while day >= month_length(year, month) {
        day -= month_length(year, month);
        month += 1;
    }
    (year, month, day + 1)
}

/// The distance from UTC in seconds of a zone, given by name or as a distance (`+01:00`, `-2:30`, `5:45`).
pub(crate) fn offset(name: &str, at: Time) -> Result<i64, String> {
    let Some((hours, minutes)) = name.split_once(':') else {
        let zone = match name {
            "" | "UTC" => return Ok(0),
            "Local" => return Err("the local time zone is not known".to_owned()),
            _ => TimeZone::get(name).map_err(|_| format!("unknown time zone {name}"))?,
        };
        // The zones' tables end some hours before the year 9999 does.
        let limits = jiff::Timestamp::MIN.as_second()..=jiff::Timestamp::MAX.as_second();
        let within = at.seconds.clamp(*limits.start(), *limits.end());
        let instant = jiff::Timestamp::from_second(within).unwrap_or_default();
        return Ok(zone.to_offset(instant).seconds().into());
    };
    let number = |text: &str| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let small = digits.len() < 10;
        (all && small)
            .then(|| text.parse::<i64>().ok())
            .flatten()
            .ok_or_else(|| format!("invalid time zone offset {name}"))
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if !(0..60).contains(&minutes) {
        return Err(format!("timezone offset minutes out of range [0, 59]: {name}"));
    }
    let sign = if name.starts_with('-') { -1 } else { 1 };
    Ok((hours * 60 + sign * minutes) * 60)
}

/// A point in time and a duration.
pub(crate) fn add(at: Time, by: i64) -> Result<Time, String> {
    let sum = Time::from_nanos(at.as_nanos() + i128::from(by));
    sum.map(|sum| Time { offset: at.offset, ..sum }).ok_or_else(|| "timestamp overflow".to_owned())
}

fn read(text: &str) -> Option<Time> {
    let bytes = text.as_bytes();
    let number = |from: usize, count: usize| -> Option<i64> {
        let digits = text.get(from..from + count)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    let signs = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !signs.iter().all(|(at, sign)| bytes.get(*at) == Some(sign)) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    let date = (1..=12).contains(&month) && (1..=month_length(year, month)).contains(&day);
    // Leap seconds are not read by Go.
    if !date || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut at = 19;
    let mut nanos = 0;
    if matches!(bytes.get(at), Some(b'.' | b',')) {
        let count = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = text.get(at + 1..at + 1 + count.min(9)).filter(|digits| !digits.is_empty())?;
        nanos = digits.parse::<u32>().ok()? * 10u32.pow(9 - digits.len() as u32);
        at += 1 + count;
    }
    let offset = match bytes.get(at)? {
        b'Z' if bytes.len() == at + 1 => 0,
        sign @ (b'+' | b'-') if bytes.len() == at + 6 && bytes[at + 3] == b':' => {
            let (hours, minutes) = (number(at + 1, 2)?, number(at + 4, 2)?);
            if hours > 24 || minutes > 60 {
                return None;
            }
            let seconds = (hours * 60 + minutes) * 60;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let before: i64 = (1..month).map(|month| month_length(year, month)).sum();
    let days = days_before(year) + before + day - 1;
    let at = Time::new(days * 86_400 + hour * 3_600 + minute * 60 + second - offset, nanos)?;
    Some(Time { offset: i32::try_from(offset).ok()?, ..at })
}

/// A duration as Go's `time.ParseDuration` reads it, in nanoseconds.
pub(crate) fn duration(text: &str) -> Result<i64, String> {
    let wrong = || "type conversion error from 'string' to 'google.protobuf.Duration'".to_owned();
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(wrong());
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(rest);
        let (number, behind) = rest.split_at(whole);
        let (fraction, behind) = match behind.strip_prefix('.') {
            Some(behind) => behind.split_at(digits(behind)),
            None => ("", behind),
        };
        if number.is_empty() && fraction.is_empty() {
            return Err(wrong());
        }
        let end = behind.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(behind.len());
        let unit: i128 = match &behind[..end] {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return Err(wrong()),
        };
        let number: i128 =
            if number.is_empty() { 0 } else { number.parse().map_err(|_| wrong())? };
        // Digits that say less than a nanosecond are cut.
        let fraction = &fraction[..fraction.len().min(18)];
        let parts: i128 =
            if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| wrong())? };
        let scale = 10i128.pow(fraction.len() as u32);
        let nanos = number.checked_mul(unit).ok_or_else(wrong)? + parts * unit / scale;
        total = total.checked_add(nanos).filter(|total| *total <= 1 << 63).ok_or_else(wrong)?;
        rest = &behind[end..];
    }
    i64::try_from(if negative { -total } else { total }).map_err(|_| wrong())
}

/// A duration in seconds, with as many digits as it needs.
pub(crate) fn show_duration(nanos: i64) -> String {
    let (whole, part) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    // As Go does: whole seconds and the rest are doubles that are added.
    let seconds = whole as f64 + part as f64 / 1e9;
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Go's `Time.Format` with `RFC3339Nano`: the zone is that of the text, `Z` at no distance.
    #[test]
    fn a_time_keeps_the_distance_of_its_clock() {
        let local = |text: &str| Time::parse(text).unwrap().local();
        for text in
            ["2024-01-01T00:30:00.5+01:00", "2023-12-31T23:30:00-09:30", "2024-01-01T00:00:00Z"]
        {
            assert_eq!(local(text), text);
        }
        assert_eq!(local("2024-01-01T00:00:00+00:00"), "2024-01-01T00:00:00Z");
        let (one, two) =
            (Time::parse("2024-01-01T01:00:00+01:00"), Time::parse("2024-01-01T00:00:00Z"));
        assert_eq!(one, two);
        assert_eq!(add(one.unwrap(), 1_000_000_000).unwrap().local(), "2024-01-01T01:00:01+01:00");
        assert_eq!(one.unwrap().to_string(), "2024-01-01T00:00:00Z");
    }

    /// From the documentation of Go's `time.ParseDuration`, and what it refuses.
    #[test]
    fn durations_are_read_as_go_reads_them() {
        let read = |text: &str| duration(text).ok();
        assert_eq!(read("1h10m10s"), Some(4_210_000_000_000));
        assert_eq!(read("1µs"), Some(1_000));
        assert_eq!(read("-1.5h"), Some(-5_400_000_000_000));
        assert_eq!(read("300ms"), Some(300_000_000));
        assert_eq!(read("0"), Some(0));
        assert_eq!(read(".5s"), Some(500_000_000));
        for wrong in ["", "5sec", "1m30", "1", "s", ".s", "3000000h", "1 s", "1d", "+-1s"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
