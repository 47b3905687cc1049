//! Argon2id. The vector of RFC 9106, section 5.3 has a secret and associated data, which [`stretch`] does not take,
//! so it checks the `argon2` crate as configured here. The others were computed with the independent implementation
//! in OpenSSL 4.0.0 and check [`stretch`] itself.

use crate::password::{PasswordCost, stretch};
use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn rfc_9106() {
    let params = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    let secret = [3; 8];
    let argon2 = Argon2::new_with_secret(&secret, Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    argon2.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
    assert_eq!(hex(&tag), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
}

#[test]
fn openssl() {
    let small = PasswordCost { memory_kib: 64, passes: 2, lanes: 2 };
    let counting = core::array::from_fn(|at| at as u8);
    let vectors: [(&[u8], [u8; 16], PasswordCost, &str); 3] = [
        (
            b"correct horse",
            *b"0123456789abcdef",
            PasswordCost::INTERACTIVE,
            "2f56f5363a695288ff28810e46ad69a1fe3068bc6494cd26a8a673b7d9c2b0a2",
        ),
        (
            b"",
            *b"0123456789abcdef",
            PasswordCost::TESTING,
            "d440eba67886df93d643dcb8a69b02af68c16d284cd6f68659553e245bf9efc0",
        ),
        (
            b"pppppppppppppppppppppppppppppppp",
            counting,
            small,
            "84961f0a672c197704b2e81a6f6d04ad9b37f6838e101dada5b72dc8f7e8e498",
        ),
    ];
    for (passphrase, salt, cost, expected) in vectors {
        let stretched = stretch(passphrase, &salt, cost).unwrap();
        assert_eq!(hex(stretched.as_bytes()), expected);
    }
}
