//! Signed webhooks as Stripe has them: `t=<seconds>,v1=<hex>`, an HMAC-SHA256 over the time, a dot and the raw body.
//! Several `v1` and several secrets are tried, so that a secret can be exchanged while events come in.

use super::gateway::Forged;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use time::OffsetDateTime;

/// Seconds that the signature's time may be from now, in both directions.
const TOLERANCE: u64 = 300;

fn mac(secret: &str, seconds: i64, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

/// Checks a header against the raw body.
///
/// # Errors
/// [`Forged`].
pub(super) fn verify(header: &str, body: &[u8], secrets: &[String], now: OffsetDateTime) -> Result<(), Forged> {
    let mut seconds = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        let (name, value) = part.trim().split_once('=').ok_or(Forged::Malformed)?;
        match name {
            "t" => seconds = Some(value.parse::<i64>().map_err(|_| Forged::Malformed)?),
            "v1" => signatures.extend(hex::decode(value)),
            // Other schemes are for others.
            _ => {}
        }
    }
    let seconds = seconds.ok_or(Forged::Malformed)?;
    // A secret that is empty would be known to everybody.
    let good = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .any(|secret| signatures.iter().any(|signature| mac(secret, seconds, body).verify_slice(signature).is_ok()));
    if !good {
        return Err(Forged::Wrong);
    }
    if seconds.abs_diff(now.unix_timestamp()) > TOLERANCE { Err(Forged::Stale) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_750_000_000;

    fn now() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(NOW).expect("in range")
    }

    fn sign(secret: &str, seconds: i64, body: &[u8]) -> String {
        format!("t={seconds},v1={}", hex::encode(mac(secret, seconds, body).finalize().into_bytes()))
    }

    fn secrets(of: &[&str]) -> Vec<String> {
        of.iter().map(|&secret| secret.to_owned()).collect()
    }

    #[test]
    fn known_answer() {
        // Worked out with: printf '1750000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
        let header = "t=1750000000,v1=614e14c11eb4e0a265ab8b2ca3524056258febe246bf29101598d9acc32ea423,v0=ignored";
        assert_eq!(verify(header, br#"{"id":"evt_1"}"#, &secrets(&["whsec_test"]), now()), Ok(()));
    }

    #[test]
    fn during_a_rotation_both_secrets_are_good() {
        let body = b"{}";
        for secret in ["old", "new"] {
            assert_eq!(verify(&sign(secret, NOW, body), body, &secrets(&["old", "new"]), now()), Ok(()));
        }
        // The provider signs with both at once.
        let both = format!("{},{}", sign("old", NOW, body), sign("new", NOW, body).split_once(',').expect("two parts").1);
        assert_eq!(verify(&both, body, &secrets(&["new"]), now()), Ok(()));
        assert_eq!(verify(&both, body, &secrets(&["other"]), now()), Err(Forged::Wrong));
        assert_eq!(verify(&sign("", NOW, body), body, &secrets(&[""]), now()), Err(Forged::Wrong));
        assert_eq!(verify(&sign("old", NOW, body), body, &[], now()), Err(Forged::Wrong));
    }

    #[test]
    fn three_hundred_seconds_and_no_more() {
        for (shift, result) in [(300, Ok(())), (-300, Ok(())), (301, Err(Forged::Stale)), (-301, Err(Forged::Stale))] {
            assert_eq!(verify(&sign("s", NOW + shift, b"x"), b"x", &secrets(&["s"]), now()), result, "{shift}");
        }
    }

    #[test]
    fn headers_that_say_nothing() {
        for header in ["", "t=", "t=1750000000", "v1=00", "t=x,v1=00", "garbage", "t=1750000000,v1=", "t=99999999999999999999,v1=00"] {
            assert!(verify(header, b"x", &secrets(&["s"]), now()).is_err(), "{header}");
        }
    }

    proptest! {
        #[test]
        fn any_flipped_bit_is_refused(body in prop::collection::vec(any::<u8>(), 1..200), at in any::<prop::sample::Index>(), bit in 0_u32..8) {
            let header = sign("s", NOW, &body);
            prop_assert_eq!(verify(&header, &body, &secrets(&["s"]), now()), Ok(()));
            let mut forged = body.clone();
            forged[at.index(body.len())] ^= 1 << bit;
            prop_assert_eq!(verify(&header, &forged, &secrets(&["s"]), now()), Err(Forged::Wrong));
        }

        #[test]
        fn any_other_time_is_refused(shift in -300_i64..=300) {
            prop_assume!(shift != 0);
            let (_, v1) = sign("s", NOW, b"x").split_once(',').map(|(t, v1)| (t.to_owned(), v1.to_owned())).expect("two parts");
            prop_assert_eq!(verify(&format!("t={},{v1}", NOW + shift), b"x", &secrets(&["s"]), now()), Err(Forged::Wrong));
        }

        #[test]
        fn any_flipped_bit_of_the_signature_is_refused(at in 0_usize..32, bit in 0_u32..8) {
            let mut signature = mac("s", NOW, b"x").finalize().into_bytes().to_vec();
            signature[at] ^= 1 << bit;
            prop_assert_eq!(verify(&format!("t={NOW},v1={}", hex::encode(&signature)), b"x", &secrets(&["s"]), now()), Err(Forged::Wrong));
        }

        #[test]
        fn what_anybody_sends_is_refused(header in "\\PC{0,80}", body in prop::collection::vec(any::<u8>(), 0..50)) {
            prop_assert!(verify(&header, &body, &secrets(&["s"]), now()).is_err());
        }

        #[test]
        fn another_secret_is_refused(secret in "[a-z]{1,20}") {
            prop_assume!(secret != "s");
            prop_assert_eq!(verify(&sign(&secret, NOW, b"x"), b"x", &secrets(&["s"]), now()), Err(Forged::Wrong));
        }
    }
}
