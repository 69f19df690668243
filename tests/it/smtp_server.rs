//! A mail server that fails as planned.
//!
//! Real sockets, real SMTP (RFC 5321, AUTH PLAIN), one thread per connection, no sleeps. Each
//! transaction takes the next fault of a plan that repeats, so a run can be repeated exactly. Like
//! the servers that SMTP smuggling lives on, it ends a letter at a lone dot even between bare LFs:
//! a client that lets one through is seen to send two letters.
#![cfg(test)]

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

mod tests;

/// What goes wrong in one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// Nothing.
    Clean,
    /// 421 instead of a greeting, or to MAIL on a connection that is already open; then the line is closed.
    Busy,
    /// 451 to MAIL.
    MailTransient,
    /// 550 to MAIL: the server does not like the sender.
    MailPermanent,
    /// 450 to RCPT.
    RcptTransient,
    /// 550 to RCPT, repeating the address as servers do.
    RcptPermanent,
    /// 451 to DATA.
    DataTransient,
    /// 554 after the final dot.
    DataPermanent,
    /// The line is closed inside the letter.
    DropBeforeDot,
    /// The letter is accepted and kept, but the line is closed before the answer.
    DropAfterDot,
    /// The letter is accepted, then the line is closed without a word.
    HangUp,
}

impl Fault {
    pub(crate) const ALL: [Self; 11] = [
        Self::Clean,
        Self::Busy,
        Self::MailTransient,
        Self::MailPermanent,
        Self::RcptTransient,
        Self::RcptPermanent,
        Self::DataTransient,
        Self::DataPermanent,
        Self::DropBeforeDot,
        Self::DropAfterDot,
        Self::HangUp,
    ];
}

/// The faults of successive transactions, over and over, and who may log in.
#[derive(Debug, Clone)]
pub(crate) struct FaultPlan {
    faults: Vec<Fault>,
    login: Option<(String, String)>,
}

impl FaultPlan {
    /// Everything works.
    pub(crate) fn clean() -> Self {
        Self::repeating(&[Fault::Clean])
    }

    /// These faults, one per transaction, over and over.
    pub(crate) fn repeating(faults: &[Fault]) -> Self {
        Self { faults: faults.to_vec(), login: None }
    }

    /// `length` faults drawn from `choices` by a fixed generator (SplitMix64), then over and over.
    pub(crate) fn seeded(seed: u64, length: usize, choices: &[Fault]) -> Self {
        let mut state = seed;
        let mut draw = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            usize::try_from((mixed ^ (mixed >> 31)) >> 33).expect("31 bits")
        };
        Self::repeating(&(0..length).map(|_| choices[draw() % choices.len()]).collect::<Vec<_>>())
    }

    /// Mail is taken only after AUTH PLAIN with these.
    pub(crate) fn with_login(mut self, user: &str, password: &str) -> Self {
        self.login = Some((user.to_owned(), password.to_owned()));
        self
    }
}

/// A letter as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    /// The reverse path.
    pub(crate) from: String,
    /// The forward paths.
    pub(crate) to: Vec<String>,
    /// The letter, dots unstuffed, line ends as sent.
    pub(crate) data: String,
}

impl Received {
    /// The unfolded values of all headers called `name`.
    pub(crate) fn headers(&self, name: &str) -> Vec<String> {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ").replace("\r\n\t", " ");
        let of_name = |line: &str| {
            line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
        };
        head.split("\r\n").filter_map(of_name).collect()
    }

    /// The Message-ID, or nothing if there is none.
    pub(crate) fn message_id(&self) -> String {
        self.headers("Message-ID").pop().unwrap_or_default()
    }
}

/// The server; it closes its port and every connection when dropped.
pub(crate) struct SmtpServer {
    port: u16,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    plan: FaultPlan,
    /// How many faults of the plan are used up.
    position: Mutex<usize>,
    counts: Mutex<BTreeMap<Fault, usize>>,
    messages: Mutex<Vec<Received>>,
    open: Mutex<Vec<TcpStream>>,
    connections: AtomicUsize,
    stopping: AtomicBool,
}

impl SmtpServer {
    /// A server on a free port of this machine.
    pub(crate) fn start(plan: FaultPlan) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            plan,
            position: Mutex::default(),
            counts: Mutex::default(),
            messages: Mutex::default(),
            open: Mutex::default(),
            connections: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
        });
        let acceptor = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Self { port, shared, acceptor: Some(acceptor) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Every letter the server said yes to, or would have, in order.
    pub(crate) fn messages(&self) -> Vec<Received> {
        self.shared.messages.lock().expect("messages").clone()
    }

    /// How many letters the server took.
    pub(crate) fn received(&self) -> usize {
        self.shared.messages.lock().expect("messages").len()
    }

    /// How often each fault happened.
    pub(crate) fn fault_counts(&self) -> BTreeMap<Fault, usize> {
        self.shared.counts.lock().expect("counts").clone()
    }

    /// How many connections there have been.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the acceptor, which then sees that it is to stop.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
        if let Some(acceptor) = self.acceptor.take() {
            acceptor.join().expect("the acceptor");
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut sessions = Vec::new();
    for stream in listener.incoming().map_while(Result::ok) {
        if shared.stopping.load(Ordering::SeqCst) {
            break;
        }
        shared.connections.fetch_add(1, Ordering::SeqCst);
        shared.open.lock().expect("connections").push(stream.try_clone().expect("a handle"));
        let shared = Arc::clone(shared);
        sessions.push(thread::spawn(move || {
            // A client that goes away ends its session; that is its right.
            let _ = Session::new(&shared, &stream).and_then(Session::run);
            let _ = stream.shutdown(Shutdown::Both);
        }));
    }
    for stream in shared.open.lock().expect("connections").drain(..) {
        let _ = stream.shutdown(Shutdown::Both);
    }
    for session in sessions {
        session.join().expect("a session");
    }
}

impl Shared {
    /// Uses up the next fault, but at a greeting only if it is one for greetings.
    fn next(&self, greeting: bool) -> Option<Fault> {
        let mut position = self.position.lock().expect("the plan");
        let fault = self.plan.faults[*position % self.plan.faults.len()];
        if greeting && fault != Fault::Busy {
            return None;
        }
        *position += 1;
        *self.counts.lock().expect("counts").entry(fault).or_default() += 1;
        Some(fault)
    }

    fn keep(&self, letter: Received) {
        self.messages.lock().expect("messages").push(letter);
    }
}

struct Session<'a> {
    shared: &'a Shared,
    lines: BufReader<TcpStream>,
    line: &'a TcpStream,
    fault: Fault,
    from: Option<String>,
    to: Vec<String>,
    known: bool,
}

/// Whether the conversation goes on.
#[derive(PartialEq, Eq)]
enum Next {
    Listen,
    Leave,
}

impl<'a> Session<'a> {
    fn new(shared: &'a Shared, line: &'a TcpStream) -> io::Result<Self> {
        let known = shared.plan.login.is_none();
        let lines = BufReader::new(line.try_clone()?);
        Ok(Self { shared, lines, line, fault: Fault::Clean, from: None, to: Vec::new(), known })
    }

    fn run(mut self) -> io::Result<()> {
        if self.shared.next(true).is_some() {
            self.say("421 4.3.2 localhost is busy")?;
            return Ok(());
        }
        self.say("220 localhost ESMTP")?;
        while let Some(command) = self.hear()? {
            if self.answer(command.trim_end())? == Next::Leave {
                break;
            }
        }
        Ok(())
    }

    fn answer(&mut self, command: &str) -> io::Result<Next> {
        let upper = command.to_ascii_uppercase();
        match upper.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" if self.shared.plan.login.is_some() => self.say("250-localhost\r\n250-8BITMIME\r\n250 AUTH PLAIN"),
            "EHLO" => self.say("250-localhost\r\n250 8BITMIME"),
            "HELO" => self.say("250 localhost"),
            "AUTH" => self.log_in(command),
            "MAIL" => self.mail(command),
            "RCPT" => self.rcpt(command),
            "DATA" => self.data(),
            "RSET" => {
                self.forget();
                self.say("250 2.0.0 forgotten")
            }
            "NOOP" => self.say("250 2.0.0 still here"),
            "QUIT" => self.say("221 2.0.0 bye").map(|_| Next::Leave),
            _ => self.say("500 5.5.1 what?"),
        }
    }

    fn log_in(&mut self, command: &str) -> io::Result<Next> {
        let Some((user, password)) = &self.shared.plan.login else {
            return self.say("503 5.5.1 no accounts here");
        };
        self.known = command.split(' ').nth(2) == Some(&base64(format!("\0{user}\0{password}").as_bytes()));
        self.say(if self.known { "235 2.7.0 welcome" } else { "535 5.7.8 who are you?" })
    }

    fn mail(&mut self, command: &str) -> io::Result<Next> {
        if !self.known {
            return self.say("530 5.7.0 log in first");
        }
        self.forget();
        self.fault = self.shared.next(false).unwrap_or(Fault::Clean);
        match self.fault {
            Fault::Busy => self.say("421 4.3.2 localhost goes to sleep").map(|_| Next::Leave),
            Fault::MailTransient => self.say("451 4.3.0 not now"),
            Fault::MailPermanent => self.say("550 5.7.1 not from you"),
            _ => {
                self.from = Some(path(command));
                self.say("250 2.1.0 from them")
            }
        }
    }

    fn rcpt(&mut self, command: &str) -> io::Result<Next> {
        match self.fault {
            _ if self.from.is_none() => self.say("503 5.5.1 from whom?"),
            Fault::RcptTransient => self.say("450 4.2.1 not now"),
            Fault::RcptPermanent => self.say(&format!("550 5.1.1 <{}> is unknown here", path(command))),
            _ => {
                self.to.push(path(command));
                self.say("250 2.1.5 to them")
            }
        }
    }

    fn data(&mut self) -> io::Result<Next> {
        let Some(from) = self.from.clone().filter(|_| !self.to.is_empty()) else {
            return self.say("503 5.5.1 to whom?");
        };
        if self.fault == Fault::DataTransient {
            return self.say("451 4.3.0 not now");
        }
        self.say("354 go on")?;
        let mut data = String::new();
        while let Some(line) = self.hear()? {
            if self.fault == Fault::DropBeforeDot {
                return Ok(Next::Leave);
            }
            if line.trim_end_matches(['\r', '\n']) == "." {
                let to = std::mem::take(&mut self.to);
                return self.decide(Received { from, to, data });
            }
            data.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        Ok(Next::Leave)
    }

    fn decide(&mut self, letter: Received) -> io::Result<Next> {
        self.from = None;
        if self.fault == Fault::DataPermanent {
            return self.say("554 5.6.0 not such a letter");
        }
        self.shared.keep(letter);
        match self.fault {
            Fault::DropAfterDot => Ok(Next::Leave),
            Fault::HangUp => self.say("250 2.0.0 taken").map(|_| Next::Leave),
            _ => self.say("250 2.0.0 taken"),
        }
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    fn say(&mut self, text: &str) -> io::Result<Next> {
        self.line.write_all(format!("{text}\r\n").as_bytes()).map(|()| Next::Listen)
    }

    /// The next line with its end, or nothing when the client is gone.
    fn hear(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let read = self.lines.read_until(b'\n', &mut line)?;
        Ok((read > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
    }
}

/// The address between the angle brackets.
fn path(command: &str) -> String {
    command.split_once('<').and_then(|(_, rest)| rest.rsplit_once('>')).map_or_else(String::new, |(path, _)| path.to_owned())
}

/// For the one value of AUTH PLAIN.
fn base64(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}
