//! The one place in the program that uses the network, and only when somebody asks for it by `schemas add URL`.

/// The text at an http(s) URL; `Err` says why there is none.
#[cfg(feature = "fetch")]
pub fn fetch(url: &str) -> Result<String, String> {
    use std::io::Read;
    use std::time::Duration;

    const LIMIT: u64 = 64 << 20;
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(60)))
        .max_redirects(5)
        .build()
        .into();
    let response = agent.get(url).call().map_err(|error| format!("{url}: {error}"))?;
    let mut text = String::new();
    let mut reader = response.into_body().into_reader().take(LIMIT + 1);
    reader.read_to_string(&mut text).map_err(|error| format!("{url}: {error}"))?;
    if text.len() as u64 > LIMIT {
        return Err(format!("{url}: more than {} MiB", LIMIT >> 20));
    }
    Ok(text)
}

/// Nothing, in a program without network access.
#[cfg(not(feature = "fetch"))]
pub fn fetch(url: &str) -> Result<String, String> {
    Err(format!("{url}: {}", super::outcome::compiled_without("fetch")))
}
