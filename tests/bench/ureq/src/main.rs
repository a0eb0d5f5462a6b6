//! Stock ureq as a careful program uses it: one agent, kept and shared, with a deadline for the whole call.
//! Arguments and output are those of `contender.c`.

use std::sync::Barrier;
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

type Fault = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = env::args().collect();
    let [_, base_url, token, body, threads, calls, ca_file @ ..] = arguments.as_slice() else {
        return Err("usage: bench-ureq BASE_URL TOKEN BODY THREADS CALLS [CA_FILE]".into());
    };
    let url = format!("{base_url}/cgi-bin/externalcontact/add_contact_way?access_token={token}");
    let agent = agent(ca_file.first())?;
    let threads: usize = threads.parse()?;
    let calls = calls.parse::<usize>()? / threads;
    let (start, end) = (Barrier::new(threads + 1), Barrier::new(threads + 1));
    let each = || -> Result<(), Fault> {
        (0..=calls / 10).try_for_each(|_| call(&agent, &url, body))?;
        start.wait();
        (0..calls).try_for_each(|_| call(&agent, &url, body))?;
        end.wait();
        Ok(())
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                if let Err(fault) = each() {
                    eprintln!("{fault}");
                    std::process::exit(1);
                }
            });
        }
        start.wait();
        let (started, processor_start) = (Instant::now(), processor()?);
        end.wait();
        let (wall, processor) = (started.elapsed(), processor()? - processor_start);
        println!("{} {} {}", wall.as_nanos(), processor.as_nanos(), peak_kib()?);
        Ok(())
    })
}

fn agent(ca_file: Option<&String>) -> Result<Agent, Fault> {
    let mut tls = TlsConfig::builder();
    if let Some(path) = ca_file {
        let mut roots: Vec<Certificate> = Vec::new();
        for item in parse_pem(&fs::read(path)?) {
            if let PemItem::Certificate(root) = item? {
                roots.push(root);
            }
        }
        tls = tls.root_certs(RootCerts::new_with_certs(&roots));
    }
    let config = Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).proxy(None).tls_config(tls.build());
    Ok(config.build().into())
}

/// One add call, its answer whole in memory.
fn call(agent: &Agent, url: &str, body: &str) -> Result<(), Fault> {
    let mut response = agent.post(url).header("content-type", "application/json").send(body)?;
    let answer = response.body_mut().read_to_string()?;
    if answer.contains("\"errcode\":0") { Ok(()) } else { Err(answer.into()) }
}

/// User and system time of this process.
fn processor() -> io::Result<Duration> {
    // SAFETY: all zeroes is a valid rusage, and getrusage writes one.
    let used = unsafe {
        let mut used = std::mem::zeroed();
        if libc::getrusage(libc::RUSAGE_SELF, &mut used) != 0 {
            return Err(io::Error::last_os_error());
        }
        used
    };
    let time = |part: libc::timeval| {
        Duration::from_secs(part.tv_sec.unsigned_abs()) + Duration::from_micros(part.tv_usec.unsigned_abs())
    };
    Ok(time(used.ru_utime) + time(used.ru_stime))
}

/// The most memory this process held.
fn peak_kib() -> Result<u64, Fault> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
