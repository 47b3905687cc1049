//! Peers that send more than a relay accepts, or something else: handshakes, noise, frames, accounts, messages.

use std::time::{Duration, Instant};

use pillarbox_relay::limits::{MAILBOX_BYTES, MAILBOX_RESERVED_BYTES, REGISTER};
use pillarbox_wire::limits::{MAX_ACKNOWLEDGEMENTS, MAX_PAYLOAD_LEN};
use pillarbox_wire::{
    AccountId, Acknowledge, ClientFrame, CloseAccount, DeviceAddress, DeviceId, Farewell, Goodbye, Handle,
    LookUp, MessageId, Pong, Refusal, Refused, RelayFrame, RequestId,
};
use rand_core::Rng;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::attacks::{Attacked, ended};
use super::peer::{self, Front, submission};

/// The account with the mailbox to be filled.
pub(crate) const VICTIM: u32 = 1_000_001;

const FLOODER: u32 = 1_000_002;

pub(crate) async fn handshakes(front: Front) -> Attacked {
    let (mut done, mut not) = (0, 0);
    for _ in 0..2_000 / 64 + 1 {
        let mut batch = JoinSet::new();
        for _ in 0..64 {
            let front = front.clone();
            batch.spawn(async move {
                let Ok(stream) = front.dial(6).await else { return false };
                front.secure(stream).await.is_ok()
            });
        }
        for secured in batch.join_all().await {
            if secured { done += 1 } else { not += 1 }
        }
    }
    Attacked::done(format!("{done} done, {not} turned away"))
}

pub(crate) async fn noise(front: Front) -> Attacked {
    let mut ends = JoinSet::new();
    for number in 0..500 {
        let mut noise = vec![0; 200];
        rand::rng().fill_bytes(&mut noise);
        // The record is too short for a tag, so that the relay need not wait for the rest of it.
        noise[..2].copy_from_slice(&[0, 3]);
        let stream = front.dial(7).await.unwrap();
        let mut stream =
            if number % 2 == 0 { stream } else { front.secure(stream).await.unwrap().into_parts().0 };
        stream.write_all(&noise).await.unwrap();
        ends.spawn(ended(stream));
    }
    Attacked::done(format!("the relay closed {}", ends.join_all().await.len()))
}

pub(crate) async fn oversized(front: Front) -> Attacked {
    let nobody = DeviceAddress { account: AccountId([0xb5; 16]), device: DeviceId::FIRST };
    let (mut refused, mut goodbyes) = (0, 0);
    let mut link = front.link(8).await;
    for _ in 0..100 {
        // The submission is as long as a frame can be, and longer than a payload may be.
        let answer = link.try_ask(&submission(nobody, 65_000)).await;
        match answer {
            Some(RelayFrame::Refused(Refused {
                reason: Refusal::TooMuch | Refusal::NotWellFormed, ..
            })) => refused += 1,
            Some(RelayFrame::Goodbye(_)) | None => {
                goodbyes += 1;
                link = front.link(8).await;
            }
            other => panic!("{other:?}"),
        }
    }
    for number in 0..100_u64 {
        let mut link = front.link(8).await;
        if number % 2 == 0 {
            // A phone may not send a frame of the relay's.
            link.writer.send([&RelayFrame::Pong(Pong { request: RequestId(1) })]).await.unwrap();
            link.writer.send([&RelayFrame::Goodbye(Goodbye { reason: Farewell::Idle })]).await.ok();
        } else {
            let messages = (0..8 * MAX_ACKNOWLEDGEMENTS as u64).map(MessageId).collect();
            link.writer.send([&ClientFrame::Acknowledge(Acknowledge { messages })]).await.unwrap();
            link.writer.send([&peer::ping()]).await.ok();
        }
        match link.receive_if_any().await {
            Some(RelayFrame::Goodbye(_)) | None => goodbyes += 1,
            Some(RelayFrame::Pong(_) | RelayFrame::Refused(_)) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(refused + goodbyes, 200);
    Attacked::done(format!("{refused} refused or without effect, {goodbyes} ended with a goodbye"))
}

pub(crate) async fn registrations(front: Front) -> Attacked {
    let (mut made, mut limited) = (0, 0);
    let mut number = 0;
    let crowds = std::iter::once((9, 400)).chain((20..30).map(|from| (from, 40)));
    for (from, count) in crowds {
        for _ in 0..count {
            number += 1;
            let mut link = front.link(from).await;
            match peer::register(&mut link, number).await {
                RelayFrame::Registered(_) => made += 1,
                RelayFrame::Refused(Refused { reason: Refusal::RateLimited { .. }, .. }) => limited += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert!(limited > made, "{made} made, {limited} refused");
    assert!(made >= 11 * REGISTER.burst, "a household at each address is let in");
    Attacked::done(format!("{made} made, {limited} told to wait"))
}

pub(crate) async fn quota(front: Front) -> Attacked {
    let mut victim = front.link(12).await;
    let RelayFrame::Registered(registered) = peer::register(&mut victim, VICTIM).await else {
        panic!("no account")
    };
    drop(victim);
    let mut flooder = front.link(12).await;
    assert!(matches!(peer::register(&mut flooder, FLOODER).await, RelayFrame::Registered(_)));

    let message = submission(registered.address, MAX_PAYLOAD_LEN);
    let batch = vec![message; 8];
    let (mut taken, mut full) = (0_u64, 0_u64);
    while full < 200 {
        flooder.writer.send(&batch).await.unwrap();
        for _ in &batch {
            match flooder.receive_if_any().await {
                Some(RelayFrame::Accepted(_)) => taken += 1,
                Some(RelayFrame::Refused(Refused { reason: Refusal::MailboxFull, .. })) => full += 1,
                other => panic!("{other:?} after {taken} messages"),
            }
        }
    }
    let bytes = taken * MAX_PAYLOAD_LEN as u64;
    let open = MAILBOX_BYTES - MAILBOX_RESERVED_BYTES;
    assert!(bytes <= open && bytes + MAX_PAYLOAD_LEN as u64 > open, "{bytes} bytes taken");
    Attacked::done(format!(
        "{taken} taken ({} MiB), {full} refused: the strangers' half is full",
        bytes >> 20
    ))
}

/// Fills the relay's disk through one mailbox, first with long messages and then with short ones. Returns the
/// number of messages that it accepted.
pub(crate) async fn disk(front: Front) -> u64 {
    let mut victim = front.link(12).await;
    let RelayFrame::Registered(registered) = peer::register(&mut victim, VICTIM).await else {
        panic!("no account")
    };
    drop(victim);
    let mut flooder = front.link(13).await;
    assert!(matches!(peer::register(&mut flooder, FLOODER).await, RelayFrame::Registered(_)));
    let mut taken = 0;
    for len in [MAX_PAYLOAD_LEN, 1_000] {
        loop {
            match flooder.try_ask(&submission(registered.address, len)).await {
                Some(RelayFrame::Accepted(_)) => taken += 1,
                Some(RelayFrame::Refused(Refused { reason: Refusal::StorageFailed, .. })) => break,
                other => panic!("{other:?} after {taken} messages"),
            }
        }
    }
    taken
}

/// Closes the account with the filled mailbox.
pub(crate) async fn leave(front: Front) {
    let mut link = front.link(12).await;
    let RelayFrame::Registered(_) = peer::register(&mut link, VICTIM).await else { panic!("no account") };
    let close = ClientFrame::CloseAccount(CloseAccount { request: RequestId(1) });
    link.writer.send([&close]).await.unwrap();
    loop {
        match link.receive_if_any().await {
            Some(RelayFrame::Deliver(_)) => {}
            Some(RelayFrame::Closed(_)) => return,
            other => panic!("{other:?}"),
        }
    }
}

/// Tries out numbers from 127.0.0.`from` for `span`, with as many accounts as that address may create. Returns the
/// number of tries that were answered.
pub(crate) async fn numbers(front: Front, from: u8, span: Duration) -> u64 {
    let begun = Instant::now();
    let mut links = Vec::new();
    for account in 0..REGISTER.burst {
        let mut link = front.link(from).await;
        assert!(matches!(
            peer::register(&mut link, u32::from(from) * 1_000 + account).await,
            RelayFrame::Registered(_)
        ));
        links.push(link);
    }
    let (mut answered, mut number) = (0, 0);
    while begun.elapsed() < span {
        let mut waits = true;
        for link in &mut links {
            number += 1;
            let handle = Handle::parse(&format!("+4477009{number:05}")).unwrap();
            match link.try_ask(&ClientFrame::LookUp(LookUp { request: RequestId(1), handle })).await {
                Some(
                    RelayFrame::Found(_)
                    | RelayFrame::Refused(Refused { reason: Refusal::UnknownHandle, .. }),
                ) => {
                    (answered, waits) = (answered + 1, false);
                }
                Some(RelayFrame::Refused(Refused { reason: Refusal::RateLimited { .. }, .. })) => {}
                other => panic!("{other:?}"),
            }
        }
        if waits {
            sleep(Duration::from_millis(100)).await;
        }
    }
    answered
}
