//! Frames over the two halves of a channel: in order, whole, and never past an altered byte.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "helpers of a test")]

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use pillarbox_transport::{Reader, ReceiveError, RecordOpenError, RecordSealError, SendError, Writer};
use pillarbox_wire::arbitrary::{client_frame, relay_frame};
use pillarbox_wire::limits::MAX_FRAME_LEN;
use pillarbox_wire::{ClientFrame, CodecError, RelayFrame};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio::io::AsyncWrite;

use crate::common::{Handshake, block_on, channels, deliver, ping};

/// Creates a reader of the records that one side of a handshake sealed, over bytes that have already arrived.
fn reader(bytes: &[u8]) -> Reader<&[u8]> {
    Reader::new(bytes, Handshake::default().established().1.opener)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn frames_arrive_whole_and_in_order_both_ways_at_once(
        capacity in prop_oneof![Just(1_usize), 2..100_usize, Just(70_000)],
        to_relay in vec(vec(client_frame(), 0..5), 0..5),
        to_phone in vec(vec(relay_frame(), 0..5), 0..5),
    ) {
        block_on(async {
            let (phone, relay) = channels(capacity).await;
            let (mut at_phone, mut from_phone) = phone.split();
            let (mut at_relay, mut from_relay) = relay.split();
            let sent = async {
                for batch in &to_relay {
                    from_phone.send(batch).await.unwrap();
                }
                from_phone.close().await.unwrap();
            };
            let answered = async {
                for batch in &to_phone {
                    from_relay.send(batch).await.unwrap();
                }
                from_relay.close().await.unwrap();
            };
            let (_, (), relay_got, phone_got) = tokio::join!(
                sent, answered, receive_all::<_, ClientFrame>(&mut at_relay), receive_all::<_, RelayFrame>(&mut at_phone)
            );
            assert_eq!(relay_got, to_relay.concat());
            assert_eq!(phone_got, to_phone.concat());
        });
    }

    #[test]
    fn a_stream_altered_anywhere_gives_an_error_and_no_frame_past_it(
        frames in vec(client_frame(), 1..4),
        at: prop::sample::Index,
        bit in 0..8_u8,
    ) {
        let mut sealer = Handshake::default().established().0.sealer;
        let mut bytes = Vec::new();
        for frame in &frames {
            bytes.extend(sealer.seal([frame]).unwrap());
        }
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let (got, end) = block_on(receive_until_end(&mut reader(&bytes)));
        prop_assert!(got.len() < frames.len());
        prop_assert_eq!(&got[..], &frames[..got.len()]);
        // A length that was increased waits for bytes that never arrive.
        prop_assert!(matches!(
            end,
            Err(ReceiveError::Record(RecordOpenError::NotAuthentic) | ReceiveError::Truncated)
        ));
    }
}

async fn receive_all<R: tokio::io::AsyncRead + Unpin, T: pillarbox_wire::Encoded>(
    reader: &mut Reader<R>,
) -> Vec<T> {
    let mut got = Vec::new();
    while let Some(frame) = reader.receive().await.unwrap() {
        got.push(frame);
    }
    got
}

async fn receive_until_end(reader: &mut Reader<&[u8]>) -> (Vec<ClientFrame>, Result<(), ReceiveError>) {
    let mut got = Vec::new();
    loop {
        match reader.receive().await {
            Ok(Some(frame)) => got.push(frame),
            Ok(None) => return (got, Ok(())),
            Err(error) => return (got, Err(error)),
        }
    }
}

#[test]
fn a_stream_cut_between_records_ends_and_one_cut_inside_a_record_breaks() {
    let mut sealer = Handshake::default().established().0.sealer;
    let records = [sealer.seal(&[ping(1), ping(2)]).unwrap(), sealer.seal(&[ping(3)]).unwrap()];
    let bytes = records.concat();
    for cut in 0..=bytes.len() {
        let (got, end) = block_on(receive_until_end(&mut reader(&bytes[..cut])));
        let whole = if cut < records[0].len() {
            0
        } else if cut < bytes.len() {
            2
        } else {
            3
        };
        assert_eq!(got.len(), whole, "cut at {cut}");
        let between = [0, records[0].len(), bytes.len()].contains(&cut);
        assert_eq!(end, if between { Ok(()) } else { Err(ReceiveError::Truncated) }, "cut at {cut}");
    }
}

#[test]
fn a_record_left_out_repeated_or_moved_is_refused() {
    let mut sealer = Handshake::default().established().0.sealer;
    let [first, second, third] = [1, 2, 3].map(|request| sealer.seal(&[ping(request)]).unwrap());
    for (order, good) in [
        ([&first, &first, &second], 1),
        ([&first, &third, &second], 1),
        ([&second, &first, &third], 0),
        ([&first, &second, &second], 2),
    ] {
        let bytes = order.map(Vec::as_slice).concat();
        let (got, end) = block_on(receive_until_end(&mut reader(&bytes)));
        assert_eq!(got.len(), good);
        assert_eq!(end, Err(ReceiveError::Record(RecordOpenError::NotAuthentic)));
    }
}

#[test]
fn what_a_side_sent_cannot_be_sent_back_to_it() {
    let mut phone = Handshake::default().established().0;
    let bytes = phone.sealer.seal(&[ping(1)]).unwrap();
    let mut reader = Reader::new(bytes.as_slice(), phone.opener);
    let error = block_on(reader.receive::<ClientFrame>());
    assert_eq!(error, Err(ReceiveError::Record(RecordOpenError::NotAuthentic)));
}

#[test]
fn small_frames_share_a_record_and_large_ones_fill_as_few_as_hold_them() {
    let seal = |frames: &[RelayFrame]| {
        let bytes = Handshake::default().established().0.sealer.seal(frames).unwrap();
        (bytes.len(), Handshake::default().established().1.opener, bytes)
    };
    let one = pillarbox_wire::encode(&deliver(10)).unwrap().len();
    assert_eq!(seal(&[]).0, 0);
    assert_eq!(seal(&[deliver(10)]).0, 18 + 2 + one);
    assert_eq!(seal(&vec![deliver(10); 100]).0, 18 + 100 * (2 + one));

    let (length, mut opener, bytes) = seal(&vec![deliver(30_000); 5]);
    let large = pillarbox_wire::encode(&deliver(30_000)).unwrap().len();
    assert_eq!(length, 3 * 18 + 5 * (2 + large), "two fit in a record, so five take three");
    opener.feed(&bytes);
    for _ in 0..5 {
        assert_eq!(opener.next_frame(), Ok(Some(deliver(30_000))));
    }
    assert_eq!(opener.next_frame::<RelayFrame>(), Ok(None));
}

#[test]
fn the_longest_frame_fits_and_a_longer_one_leaves_the_channel_as_it_was() {
    block_on(async {
        let (phone, relay) = channels(200_000).await;
        let (mut at_phone, _keep) = phone.split();
        let (_keep_too, mut from_relay) = relay.split();
        let around = pillarbox_wire::encode(&deliver(0)).unwrap().len();
        let longest = deliver(MAX_FRAME_LEN - around);
        let longer = deliver(MAX_FRAME_LEN - around + 1);
        let too_long = CodecError::TooLong { most: MAX_FRAME_LEN, got: MAX_FRAME_LEN + 1 };
        let refused = from_relay.send(&[deliver(1), longer]).await;
        assert_eq!(refused, Err(SendError::Seal(RecordSealError::Frame(too_long))));
        from_relay.send([&longest]).await.unwrap();
        assert_eq!(at_phone.receive().await, Ok(Some(longest)));
    });
}

#[test]
fn a_batch_is_one_write() {
    block_on(async {
        let writes = Arc::new(AtomicUsize::new(0));
        let sealer = Handshake::default().established().0.sealer;
        let mut writer = Writer::new(Counting(Arc::clone(&writes)), sealer);
        writer.send(&vec![deliver(30_000); 5]).await.unwrap();
        assert_eq!(writes.load(Ordering::Relaxed), 1);
        writer.send::<RelayFrame>(&[]).await.unwrap();
        assert_eq!(writes.load(Ordering::Relaxed), 1);
    });
}

/// A stream that accepts everything and counts the writes.
struct Counting(Arc<AtomicUsize>);

impl AsyncWrite for Counting {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[test]
fn cancelled_receives_and_sends_lose_and_repeat_nothing() {
    block_on(async {
        // The pipe holds less than a record, so each send and most receives are cancelled inside one.
        let (phone, relay) = channels(7).await;
        let (mut at_relay, _keep) = relay.split();
        let (_keep_too, mut from_phone) = phone.split();
        let frames: Vec<_> = (0..20).map(ping).collect();
        let (mut got, mut cancelled) = (Vec::new(), (0, 0));
        for frame in &frames {
            match poll_once(from_phone.send([frame])).await {
                Poll::Ready(sent) => sent.unwrap(),
                Poll::Pending => cancelled.0 += 1,
            }
            match poll_once(at_relay.receive::<ClientFrame>()).await {
                Poll::Ready(frame) => got.push(frame.unwrap().unwrap()),
                Poll::Pending => cancelled.1 += 1,
            }
        }
        assert_eq!(cancelled.0, frames.len());
        assert!(cancelled.1 > frames.len() / 2);
        let (closed, rest) = tokio::join!(from_phone.close(), receive_all(&mut at_relay));
        closed.unwrap();
        got.extend(rest);
        assert_eq!(got, frames);
    });
}

/// Begins a piece of work and cancels it at the first point where it waits.
async fn poll_once<T>(work: impl Future<Output = T>) -> Poll<T> {
    let mut work = std::pin::pin!(work);
    std::future::poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await
}
