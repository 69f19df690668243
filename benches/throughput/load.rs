//! Load by `wrk`, and the bare redirect it is compared with.

use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, rt, web};

use super::service::{Service, bench_dir};

/// What `wrk` saw.
pub(crate) struct Found {
    pub(crate) rate: f64,
    p50: String,
    p99: String,
    refused: u64,
}

impl Found {
    pub(crate) fn text(&self) -> String {
        let refused = if self.refused > 0 { format!("  {} REFUSED", self.refused) } else { String::new() };
        format!("{:>7.0}/s  p50 {:>8}  p99 {:>8}{refused}", self.rate, self.p50, self.p99)
    }
}

/// New orders of new customers, by 64 codes.
pub(crate) fn sales(service: &Service, connections: u32, span: Duration) -> Found {
    static RUN: AtomicU64 = AtomicU64::new(0);
    let run = RUN.fetch_add(1, Ordering::Relaxed);
    let script = format!(
        r#"local n = 0
local head = {{ ["Authorization"] = "Bearer {token}", ["Content-Type"] = "application/json" }}
function request()
  n = n + 1
  local code = "FRIEND" .. string.char(65 + n % 8, 65 + math.floor(n / 8) % 8)
  local name = "r{run}-" .. n
  return wrk.format("POST", "/v1/sales", head, '{{"order_id":"' .. name .. '","currency":"EUR","status":"paid","subtotal":10000,"tax":1900,"total":11900,"customer":{{"external_id":"' .. name .. '","email":"' .. name .. '@example.com"}},"code":"' .. code .. '"}}')
end
"#,
        token = service.token()
    );
    let path = bench_dir().join("sales.lua");
    std::fs::write(&path, script).expect("a script");
    wrk(connections, span, Some(&path), service.address())
}

/// Visits of one link by new visitors.
pub(crate) fn redirects(address: &str, connections: u32, span: Duration) -> Found {
    wrk(connections, span, None, address)
}

fn wrk(connections: u32, span: Duration, script: Option<&std::path::Path>, address: &str) -> Found {
    let mut command = Command::new("wrk");
    // One thread: the script's counter is the thread's own.
    command.args(["-t1", &format!("-c{connections}"), &format!("-d{}s", span.as_secs()), "--latency", "--timeout", "10s"]);
    // Visits of programs are no clicks, so the load looks like a visitor.
    command.args(["-H", "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0"]);
    if let Some(script) = script {
        command.arg("-s").arg(script);
    }
    let output = command.arg(address).output().expect("wrk; install it with: apt-get install wrk");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let after = |sign: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(sign));
        line.and_then(|line| line.split_whitespace().last()).map(str::to_owned)
    };
    let rate = after("Requests/sec:").and_then(|text| text.parse().ok());
    Found {
        rate: rate.unwrap_or_else(|| panic_with(&text)),
        p50: after("50%").unwrap_or_default(),
        p99: after("99%").unwrap_or_default(),
        refused: after("Non-2xx").and_then(|text| text.parse().ok()).unwrap_or(0),
    }
}

#[expect(clippy::panic, reason = "a benchmark that cannot go on stops and says where")]
fn panic_with(text: &str) -> f64 {
    panic!("wrk said: {text}")
}

/// Starts an actix server that answers 302 and does nothing else; returns its address.
pub(crate) fn bare_redirects() -> String {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        rt::System::new().block_on(async move {
            let found = || async { HttpResponse::Found().insert_header(("location", "https://shop.example/?ref=JOE")).finish() };
            let server = HttpServer::new(move || App::new().route("/r/{code}", web::get().to(found)))
                .workers(2)
                .bind("127.0.0.1:0")
                .expect("a port");
            let address = server.addrs().first().copied().expect("an address");
            tell.send(address).expect("a listener");
            server.run().await.expect("a server");
        });
    });
    format!("http://{}/r/JOE", told.recv().expect("an address"))
}
