//! How long an uploaded recording is, from its first bytes and its size. It decodes nothing.

/// The bytes of a recording's beginning that are looked at; its headers lie within them.
pub(in crate::sandbox) const HEAD: usize = 64 * 1024;

/// An uploaded file, of which only the beginning was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct Upload {
    pub(in crate::sandbox) name: String,
    /// At most [`HEAD`] bytes.
    pub(in crate::sandbox) head: Vec<u8>,
    /// All bytes there were.
    pub(in crate::sandbox) bytes: u64,
}

impl Upload {
    /// Whole seconds, rounded up; `None` where it is nothing that anybody could play.
    pub(super) fn seconds(&self) -> Option<u32> {
        let head = self.head.as_slice();
        let seconds = match head {
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', chunks @ ..] => {
                wav(chunks, self.bytes)?
            }
            [b'f', b'L', b'a', b'C', rest @ ..] => flac(rest)?,
            // MPEG audio, bare or after its tags, at the usual 128 kbit/s.
            [b'I', b'D', b'3', ..] | [0xff, 0xe2..=0xff, ..] => self.bytes.div_ceil(16_000),
            // Containers whose rate is not told at their beginning: 64 kbit/s is what speech is sent with.
            [b'O', b'g', b'g', b'S', ..]
            | [_, _, _, _, b'f', b't', b'y', b'p', ..]
            | [0x1a, 0x45, 0xdf, 0xa3, ..]
            | [0x30, 0x26, 0xb2, 0x75, ..]
            | [b'#', b'!', b'A', b'M', b'R', ..] => self.bytes.div_ceil(8_000),
            _ => return None,
        };
        u32::try_from(seconds).ok().filter(|seconds| *seconds > 0)
    }
}

/// A recording to give back where what was uploaded is not kept: a tone of 8 kHz and 16 bits, mono, as long as the
/// job's audio and three seconds at most. Its pitch is the seed's.
pub(super) fn tone(seed: u64, audio_s: u32) -> Vec<u8> {
    const RATE: u32 = 8_000;
    let samples = RATE * audio_s.clamp(1, 3);
    let bytes = samples * 2;
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + bytes).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(RATE.to_le_bytes());
    wav.extend((RATE * 2).to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend(bytes.to_le_bytes());
    // A square wave of 18 to 49 samples: 163 to 444 Hz.
    let period = 18 + seed % 32;
    for sample in 0..u64::from(samples) {
        let level: i16 = if sample % period < period / 2 { 4_000 } else { -4_000 };
        wav.extend(level.to_le_bytes());
    }
    wav
}

/// RIFF chunks: the rate from `fmt `, the length from `data`, or from the file where `data` does not tell.
fn wav(mut chunks: &[u8], file_bytes: u64) -> Option<u64> {
    let mut byte_rate = None;
    while let Some((name, rest)) = chunks.split_first_chunk::<4>() {
        let (size, body) = rest.split_first_chunk::<4>()?;
        let size = u32::from_le_bytes(*size);
        match name {
            b"fmt " => {
                let rate = body.get(8..12)?.first_chunk::<4>()?;
                byte_rate = Some(u64::from(u32::from_le_bytes(*rate))).filter(|rate| *rate > 0);
            }
            b"data" => {
                // A writer that did not know the length beforehand leaves 0 or the greatest number.
                let streamed = size == 0 || size == u32::MAX;
                let bytes = if streamed { file_bytes } else { u64::from(size).min(file_bytes) };
                return Some(bytes.div_ceil(byte_rate?));
            }
            _ => {}
        }
        // Chunks begin at even offsets.
        let next = usize::try_from(size).ok()?.checked_add(1)? & !1;
        chunks = body.get(next..)?;
    }
    None
}

/// The stream info block: 20 bits of rate, and 36 bits of samples.
fn flac(rest: &[u8]) -> Option<u64> {
    let packed = rest.get(14..22)?.first_chunk::<8>()?;
    let packed = u64::from_be_bytes(*packed);
    let (rate, samples) = (packed >> 44, packed & 0xf_ffff_ffff);
    (rate > 0).then(|| samples.div_ceil(rate))
}

#[cfg(test)]
mod tests {
    use super::{Upload, tone};

    fn upload(head: &[u8], bytes: u64) -> Upload {
        Upload { name: "a".to_owned(), head: head.to_vec(), bytes }
    }

    /// 16 kHz, mono, 16 bits.
    fn wav(data_size: u32) -> Vec<u8> {
        let mut wav = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x01\0".to_vec();
        wav.extend(16_000_u32.to_le_bytes());
        wav.extend(32_000_u32.to_le_bytes());
        wav.extend(b"\x02\0\x10\0data");
        wav.extend(data_size.to_le_bytes());
        wav
    }

    #[test]
    fn lengths_are_told() {
        let mut flac = b"fLaC\0\0\0\x22".to_vec();
        flac.extend([0; 10]);
        flac.extend(((48_000_u64 << 44) | (3 * 48_000)).to_be_bytes());
        let cases: [(Vec<u8>, u64, Option<u32>); 9] = [
            (wav(64_000), 64_100, Some(2)),
            (wav(64_001), 64_101, Some(3)),
            (wav(0), 96_000, Some(3)),
            (wav(u32::MAX), 96_000, Some(3)),
            (flac, 10, Some(3)),
            (b"ID3\x04".to_vec(), 160_000, Some(10)),
            (b"\0\0\0\x20ftypM4A ".to_vec(), 80_000, Some(10)),
            (b"hello, world, this is text".to_vec(), 26, None),
            (Vec::new(), 0, None),
        ];
        for (head, bytes, seconds) in cases {
            assert_eq!(upload(&head, bytes).seconds(), seconds, "{:?}", String::from_utf8_lossy(&head));
        }
    }

    #[test]
    fn a_tone_is_a_recording_as_long_as_the_job_s_within_bounds() {
        for (audio_s, seconds) in [(0, 1), (1, 1), (2, 2), (7_200, 3)] {
            let wav = tone(7, audio_s);
            assert_eq!(wav.len(), 44 + 16_000 * usize::try_from(seconds).unwrap());
            assert_eq!(upload(&wav, u64::try_from(wav.len()).unwrap()).seconds(), Some(seconds));
        }
        assert_ne!(tone(1, 1), tone(2, 1));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_it(head: Vec<u8>, bytes: u64) {
            let _ = upload(&head, bytes).seconds();
            let mut damaged = wav(1000);
            damaged.truncate(head.len());
            let _ = upload(&damaged, bytes).seconds();
        }
    }
}
