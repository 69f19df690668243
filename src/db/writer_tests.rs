//! What the writer does when something goes wrong, on a small table of its own.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, channel};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tempfile::TempDir;

use super::*;
use crate::db::{Conn, Db, DbFault, lost_race};

/// A number that no transaction can hold.
const POISON: i64 = 13;

struct House {
    _folder: TempDir,
    place: Place,
    writer: Writer,
}

fn house() -> House {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::Sqlite(folder.path().join("small.db"));
    let Db::Sqlite(mut conn) = place.open().expect("a database") else { unreachable!() };
    // A second attempt looks at the closed periods.
    let tables = "CREATE TABLE numbers (number INTEGER NOT NULL); CREATE TABLE periods (ends_at INTEGER NOT NULL)";
    conn.batch_execute(tables).expect("tables");
    let writer = Writer::start(&place, &Clock::wall(), BATCH_MAX).expect("threads");
    House { _folder: folder, place, writer }
}

impl House {
    /// What stands in the table.
    fn numbers(&self) -> Vec<i64> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = BigInt)]
            number: i64,
        }
        let Db::Sqlite(mut conn) = self.place.open().expect("a database") else { unreachable!() };
        let rows: Vec<Row> = diesel::sql_query("SELECT number FROM numbers ORDER BY number").load(&mut conn).expect("rows");
        rows.into_iter().map(|row| row.number).collect()
    }

    /// Keeps the only writer busy until the sender is used or dropped; returns once it is.
    fn hold(&self) -> Sender<()> {
        let (release, released) = channel::<()>();
        let (tell, told) = channel();
        let released: Mutex<Receiver<()>> = Mutex::new(released);
        let held = boxed(move |_, _| {
            let _ = tell.send(());
            let _ = lock(&released).recv();
            Ok(())
        });
        drop(self.writer.single.submit(held).expect("room"));
        told.recv().expect("the writer at work");
        release
    }

    fn bisected(&self) -> u64 {
        self.writer.stats().bisected.load(Ordering::Relaxed)
    }
}

fn insert(tx: &mut Tx<'_>, number: i64) -> DbResult<()> {
    let conn: &mut Conn<'_> = tx;
    let Conn::Sqlite(conn) = conn else { unreachable!() };
    diesel::sql_query("INSERT INTO numbers VALUES (?)").bind::<BigInt, _>(number).execute(*conn).map(drop)
}

fn insert_all(tx: &mut Tx<'_>, _: Instant, numbers: &[i64]) -> DbResult<Vec<i64>> {
    for number in numbers {
        insert(tx, *number)?;
    }
    if numbers.contains(&POISON) {
        return Err(DbFault::NotFound);
    }
    Ok(numbers.iter().map(|number| number * 2).collect())
}

fn insert_or_panic(tx: &mut Tx<'_>, now: Instant, numbers: &[i64]) -> DbResult<Vec<i64>> {
    insert_all(tx, now, numbers).inspect_err(|_| panic!("on purpose"))
}

/// The answers to `requests` that were all waiting when the writer came to them.
fn together(house: &House, lane: &Lane<i64, i64>, requests: &[i64]) -> Vec<Result<i64, WriteError>> {
    let release = house.hold();
    let asked: Vec<_> = requests.iter().map(|number| lane.submit(*number).expect("room")).collect();
    drop(release);
    asked.into_iter().map(|answer| answer.blocking_recv().expect("an answer")).collect()
}

#[test]
fn a_panic_is_caught_and_undone_and_the_next_write_succeeds() {
    let house = house();
    let panicked: Result<(), _> = house.writer.write_blocking(|tx, _| {
        insert(tx, 1)?;
        panic!("on purpose")
    });
    assert!(matches!(panicked, Err(WriteError::Failed(_))), "{panicked:?}");
    house.writer.write_blocking(|tx, _| insert(tx, 2)).expect("written");
    assert_eq!((house.numbers(), house.bisected()), (vec![2], 0));
}

#[test]
fn what_waits_together_is_written_in_one_transaction_and_answered_in_order() {
    let house = house();
    let lane = house.writer.lane(insert_all);
    let answers = together(&house, &lane, &[1, 2, 3]);
    assert_eq!(answers.into_iter().map(|answer| answer.expect("written")).collect::<Vec<_>>(), [2, 4, 6]);
    // The one that held the writer, and the three.
    assert_eq!(house.writer.stats().batches.load(Ordering::Relaxed), 2);
    assert_eq!(house.bisected(), 0);
}

#[test]
fn a_poisoned_batch_is_split_until_only_the_poison_is_refused() {
    for operation in [insert_all, insert_or_panic] {
        let house = house();
        let lane = house.writer.lane(operation);
        let answers = together(&house, &lane, &[1, 2, 3, 4, 5, POISON, 7, 8]);
        let refused: Vec<usize> = (0..8).filter(|place| answers[*place].is_err()).collect();
        assert_eq!(refused, [5]);
        assert!(matches!(answers[5], Err(WriteError::Failed(_))));
        // 8 → 4 → 2 → 1.
        assert_eq!((house.numbers(), house.bisected()), (vec![1, 2, 3, 4, 5, 7, 8], 3));
        assert!(!house.writer.stats().halted.load(Ordering::Relaxed));
    }
}

#[test]
fn a_full_queue_refuses_and_takes_again_when_there_is_room() {
    let house = house();
    let lane = house.writer.lane(insert_all);
    let release = house.hold();
    let asked: Vec<_> = (0..WAITING_MAX).map(|_| lane.submit(1).expect("room")).collect();
    assert!(matches!(lane.ask_blocking(1), Err(WriteError::Overloaded)));
    assert!(matches!(house.writer.write_blocking(|tx, _| insert(tx, 1)), Err(WriteError::Overloaded)));
    drop(release);
    asked.into_iter().for_each(|answer| assert_eq!(answer.blocking_recv().expect("an answer").expect("written"), 2));
    assert_eq!(lane.ask_blocking(1).expect("written"), 2);
    assert_eq!(house.numbers().len(), WAITING_MAX + 1);
}

#[test]
fn the_second_half_of_the_queue_and_a_refusing_disk_are_not_for_what_can_be_spared() {
    let house = house();
    let lane = house.writer.lane(insert_all);
    let release = house.hold();
    let mut asked: Vec<_> = (1..SPARED_FROM).map(|_| lane.submit(1).expect("room")).collect();
    assert!(lane.has_room());
    asked.push(lane.submit(1).expect("room"));
    assert!(!lane.has_room());
    // Orders are still taken on.
    asked.push(lane.submit(1).expect("room"));
    drop(release);
    asked.into_iter().for_each(|answer| assert_eq!(answer.blocking_recv().expect("an answer").expect("written"), 2));
    assert!(lane.has_room());
    house.writer.stats().halted.store(true, Ordering::Relaxed);
    assert!(!lane.has_room());
    assert_eq!(lane.ask_blocking(1).expect("written"), 2);
    assert!(lane.has_room());
}

#[test]
fn a_lost_race_is_run_again_and_given_up_as_such() {
    let house = house();
    let mut tries = 0;
    let won = house.writer.write_blocking(move |tx, _| {
        tries += 1;
        insert(tx, tries)?;
        if tries < 3 { Err(lost_race()) } else { Ok(tries) }
    });
    assert_eq!((won.expect("written"), house.numbers()), (3, vec![3]));
    let lost: Result<(), _> = house.writer.write_blocking(|_, _| Err(lost_race()));
    assert!(matches!(lost, Err(WriteError::InTheWay(_))), "{lost:?}");
    // The ledger is well: others may be luckier.
    assert!(!house.writer.stats().halted.load(Ordering::Relaxed));
}

#[test]
fn a_stopped_writer_writes_what_waits_and_takes_nothing_more() {
    let house = house();
    let lane = house.writer.lane(insert_all);
    let release = house.hold();
    let asked = lane.submit(1).expect("room");
    drop(release);
    house.writer.stop();
    assert_eq!(asked.blocking_recv().expect("an answer").expect("written"), 2);
    assert!(matches!(lane.ask_blocking(2), Err(WriteError::Unavailable(_))));
    assert_eq!(house.numbers(), [1]);
}
