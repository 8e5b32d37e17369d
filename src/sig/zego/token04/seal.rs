//! AES-256 with the ServerSecret as it stands there, in one of two modes.

use aes::Aes256;
use aes_gcm::AesGcm;
use aes_gcm::aead::Aead;
use aes_gcm::aead::consts::{U12, U16};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit};

use super::TokenFault;
use crate::sig::zego::SERVER_SECRET_BYTES;

/// The length of the initialisation vector that CBC takes, in bytes.
pub const IV_BYTES: usize = 16;
/// The byte behind the cipher text that says GCM.
const GCM: u8 = 1;
/// The byte that says CBC, as nothing does.
const CBC: u8 = 0;

/// What makes two tokens of the same claims differ. The generators take digits and letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Iv(pub(super) [u8; IV_BYTES]);

impl Iv {
    /// One of digits and lower-case letters, from random bytes.
    #[must_use]
    pub fn from_random(random: [u8; IV_BYTES]) -> Self {
        const LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        Self(random.map(|byte| LETTERS[usize::from(byte) % LETTERS.len()]))
    }
}

type Key = [u8; SERVER_SECRET_BYTES];

/// Encrypts in CBC, padded.
pub(super) fn encrypt(key: &Key, iv: Iv, text: &[u8]) -> Vec<u8> {
    cbc::Encryptor::<Aes256>::new(key.into(), &iv.0.into()).encrypt_padded_vec::<Pkcs7>(text)
}

/// Decrypts in the mode that a token names.
pub(super) fn decrypt(
    key: &Key,
    iv: &[u8],
    cipher: &[u8],
    mode: Option<u8>,
) -> Result<Vec<u8>, TokenFault> {
    match mode {
        None | Some(CBC) => {
            let iv: &[u8; IV_BYTES] =
                iv.try_into().map_err(|_| TokenFault::Iv { bytes: iv.len(), wanted: "16" })?;
            let decryptor = cbc::Decryptor::<Aes256>::new(key.into(), iv.into());
            decryptor.decrypt_padded_vec::<Pkcs7>(cipher).map_err(|_| TokenFault::Decrypt)
        }
        Some(GCM) => gcm(key, iv, cipher),
        Some(mode) => Err(TokenFault::Mode { mode }),
    }
}

/// The vendor's verifier hands GCM whatever IV is there; its own has 12 or 16 bytes.
fn gcm(key: &Key, iv: &[u8], cipher: &[u8]) -> Result<Vec<u8>, TokenFault> {
    let text = if let Ok(iv) = <&[u8; 12]>::try_from(iv) {
        AesGcm::<Aes256, U12>::new(key.into()).decrypt(iv.into(), cipher)
    } else if let Ok(iv) = <&[u8; 16]>::try_from(iv) {
        AesGcm::<Aes256, U16>::new(key.into()).decrypt(iv.into(), cipher)
    } else {
        return Err(TokenFault::Iv { bytes: iv.len(), wanted: "12 or 16" });
    };
    text.map_err(|_| TokenFault::Decrypt)
}

/// Encrypts in GCM, for tests: the generators never do.
#[cfg(test)]
pub(super) fn encrypt_gcm<const N: usize>(key: &Key, iv: [u8; N], text: &[u8]) -> Vec<u8> {
    let sealed = match N {
        12 => AesGcm::<Aes256, U12>::new(key.into()).encrypt(iv[..].try_into().unwrap(), text),
        _ => AesGcm::<Aes256, U16>::new(key.into()).encrypt(iv[..].try_into().unwrap(), text),
    };
    sealed.unwrap()
}
