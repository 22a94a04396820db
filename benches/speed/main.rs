//! How long a book takes, beside a preprocessor that does nothing.
//!
//! `cargo bench` runs, in turn and on the same input, a preprocessor that reads the book into mdBook's own types and
//! writes it again, and this one; then this one on books of different sizes, and `check` and `validate`. What counts are the
//! aims that stand beside the figures; what misses one fails. `-- --short` takes fewer rounds of a smaller book, and only says
//! what it saw.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a measurement is printed")]

mod book;

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// The argument with which this program plays the preprocessor that does nothing.
const NO_OP: &str = "--no-op-preprocessor";

/// The aim: so many times the no-op's wall time.
const AIM: f64 = 2.5;
/// Ten times the chapters may take so many times the time.
const AIM_OF_TEN: f64 = 10.5;
/// The memory of a run, in times its input.
const AIM_OF_MEMORY: f64 = 5.0;
/// `validate` of a file, in milliseconds.
const AIM_OF_A_FILE: f64 = 8.0;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == NO_OP) {
        return no_op();
    }
    let short = arguments.iter().any(|argument| argument == "--short");
    match bench(if short { 250 } else { 1000 }, if short { 3 } else { 9 }) {
        Ok(figures) => {
            let missed = figures.iter().filter(|figure| figure.value > figure.aim).count();
            println!();
            for Figure { what, value, aim } in figures {
                println!("{what:<42} {value:>7.2}    (aim: at most {aim})");
            }
            if missed > 0 && !short {
                eprintln!("error: {missed} aims are missed");
                return ExitCode::FAILURE;
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the least preprocessor does with mdBook's own library. It reads and writes in one piece; the one in mdBook's book
/// does not, and takes three times as long.
fn no_op() -> ExitCode {
    let mut input = Vec::new();
    io::stdin().read_to_end(&mut input).expect("standard input");
    let (_, book) = mdbook_preprocessor::parse_input(&input[..]).expect("mdBook's input");
    let answer = serde_json::to_vec(&book).expect("a book");
    io::stdout().write_all(&answer).expect("standard output");
    ExitCode::SUCCESS
}

/// What was measured, and the most that it should be.
struct Figure {
    what: &'static str,
    value: f64,
    aim: f64,
}

fn bench(chapters: usize, rounds: usize) -> io::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let input = book::write(folder.path(), chapters)?;
    let megabytes = input.len() as f64 / 1e6;
    println!("{chapters} chapters, {megabytes:.1} MB, {rounds} rounds in turn");
    let this = std::env::current_exe()?;
    let ours = Path::new(env!("CARGO_BIN_EXE_mdbook-plumb"));
    let (mut least, mut plumb) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        least.push(run(Command::new(&this).arg(NO_OP), folder.path(), &input)?);
        plumb.push(run(&mut Command::new(ours), folder.path(), &input)?);
    }
    let (least, plumb) = (median(least), median(plumb));
    let ratio = plumb.as_secs_f64() / least.as_secs_f64();
    println!("no-op         {:>8.1} ms", least.as_secs_f64() * 1e3);
    println!("mdbook-plumb  {:>8.1} ms", plumb.as_secs_f64() * 1e3);
    println!();

    println!("chapters      ms    ms per 100 chapters");
    for part in [chapters / 10, chapters / 2, chapters, chapters * 2] {
        let folder = tempfile::tempdir()?;
        let input = book::write(folder.path(), part)?;
        let times = (0..rounds.div_ceil(2))
            .map(|_| run(&mut Command::new(ours), folder.path(), &input))
            .collect::<io::Result<Vec<_>>>()?;
        let time = median(times).as_secs_f64() * 1e3;
        println!("{part:>8} {time:>7.1} {:>22.2}", time * 100.0 / part as f64);
    }
    let check = |chapters: usize| -> io::Result<(Duration, f64)> {
        let folder = tempfile::tempdir()?;
        let input = book::write(folder.path(), chapters)?;
        let mut command = Command::new(ours);
        command.args(["--quiet", "check"]);
        let (mut times, mut most) = (Vec::new(), 0);
        for _ in 0..rounds {
            let (time, memory) = alone(&mut command, folder.path())?;
            times.push(time);
            most = most.max(memory);
        }
        Ok((median(times), most as f64 / input.len() as f64))
    };
    let (few, (many, memory)) = (check(chapters / 10)?.0, check(chapters)?);
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("web.yaml"), book::manifest())?;
    let mut command = Command::new(ours);
    command.args(["--quiet", "validate", "web.yaml"]);
    let times = (0..rounds * 3).map(|_| Ok(alone(&mut command, folder.path())?.0));
    let file = median(times.collect::<io::Result<Vec<_>>>()?);
    let mut figures = vec![
        Figure { what: "times the no-op preprocessor", value: ratio, aim: AIM },
        Figure {
            what: "times the time for ten times the chapters",
            value: many.as_secs_f64() / few.as_secs_f64(),
            aim: AIM_OF_TEN,
        },
        Figure {
            what: "ms of `validate` of a file",
            value: file.as_secs_f64() * 1e3,
            aim: AIM_OF_A_FILE,
        },
    ];
    if memory > 0.0 {
        figures.push(Figure {
            what: "times the input, memory of `check`",
            value: memory,
            aim: AIM_OF_MEMORY,
        });
    }
    Ok(figures)
}

/// Runs a command without input: its time, and the most memory that it took, in bytes. That is to be seen on Linux; 0 elsewhere.
fn alone(command: &mut Command, root: &Path) -> io::Result<(Duration, usize)> {
    let start = Instant::now();
    let mut child = command
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    loop {
        let done = child.try_wait()?;
        let now = std::fs::read_to_string(&status).unwrap_or_default();
        let peak =
            now.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        most = peak.and_then(|peak| peak.parse().ok()).unwrap_or(0).max(most);
        if let Some(status) = done {
            let time = start.elapsed();
            return match status.success() {
                true => Ok((time, most * 1024)),
                false => Err(io::Error::other(format!("{command:?} failed: {status}"))),
            };
        }
        std::thread::sleep(Duration::from_micros(300));
    }
}

/// Runs a preprocessor as mdBook does: the book through one pipe, the answer through another.
fn run(command: &mut Command, root: &Path, input: &str) -> io::Result<Duration> {
    let start = Instant::now();
    let mut child = command
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let mut answer = Vec::with_capacity(input.len());
    let why = std::thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(input.as_bytes())));
        let why = scope.spawn(move || stderr.map(io::read_to_string));
        stdout.map(|mut pipe| pipe.read_to_end(&mut answer));
        why.join().ok().flatten().and_then(Result::ok).unwrap_or_default()
    });
    let status = child.wait()?;
    let time = start.elapsed();
    if !status.success() || !answer.starts_with(b"{\"items\"") {
        return Err(io::Error::other(format!("{command:?} failed: {status}\n{why}")));
    }
    Ok(time)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
