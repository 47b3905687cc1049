//! PQXDH, the Double Ratchet with encrypted headers, sealed sender, franking.
