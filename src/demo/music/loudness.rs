//! Integrated loudness as ITU-R BS.1770-4 measures it: two filters, blocks of 400 ms, an absolute and a relative gate.

use super::RATE;

#[derive(Debug, Clone, Default)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    z: [f64; 2],
}

impl Biquad {
    fn run(&mut self, x: f64) -> f64 {
        let y = self.b[0] * x + self.z[0];
        self.z[0] = self.b[1] * x - self.a[0] * y + self.z[1];
        self.z[1] = self.b[2] * x - self.a[1] * y;
        y
    }
}

/// A meter that frames are fed to.
pub struct Meter {
    shelf: [Biquad; 2],
    high: [Biquad; 2],
    sum: f64,
    count: u32,
    tenths: Vec<f64>,
}

impl Meter {
    /// For 44.1 kHz: the standard's filters by their analogue prototypes.
    pub fn new() -> Self {
        let rate = f64::from(RATE);
        let k = (std::f64::consts::PI * 1_681.974_450_955_533 / rate).tan();
        let (q, high_gain) = (0.707_175_236_955_419_6, 10f64.powf(3.999_843_853_973_347 / 20.0));
        let band_gain = high_gain.powf(0.499_666_774_154_541_6);
        let a0 = 1.0 + k / q + k * k;
        let shelf = Biquad {
            b: [(high_gain + band_gain * k / q + k * k) / a0, 2.0 * (k * k - high_gain) / a0, (high_gain - band_gain * k / q + k * k) / a0],
            a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
            z: [0.0; 2],
        };
        let k = (std::f64::consts::PI * 38.135_470_876_024_44 / rate).tan();
        let q = 0.500_327_037_323_877_3;
        let a0 = 1.0 + k / q + k * k;
        let high = Biquad { b: [1.0, -2.0, 1.0], a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0], z: [0.0; 2] };
        Self { shelf: [shelf.clone(), shelf], high: [high.clone(), high], sum: 0.0, count: 0, tenths: Vec::new() }
    }

    /// One frame.
    pub fn feed(&mut self, frame: [f32; 2]) {
        for side in 0..2 {
            let y = self.shelf[side].run(f64::from(frame[side]));
            let y = self.high[side].run(y);
            self.sum += y * y;
        }
        self.count += 1;
        if self.count == 4410 {
            self.tenths.push(self.sum / 4410.0);
            self.sum = 0.0;
            self.count = 0;
        }
    }

    /// In LUFS; -70 for silence.
    pub fn integrated(&self) -> f64 {
        let level = |power: f64| -0.691 + 10.0 * power.max(1e-12).log10();
        let blocks: Vec<f64> = self.tenths.windows(4).map(|w| w.iter().sum::<f64>() / 4.0).filter(|p| level(*p) > -70.0).collect();
        let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
        if blocks.is_empty() {
            return -70.0;
        }
        let gate = level(mean(&blocks)) - 10.0;
        let loud: Vec<f64> = blocks.into_iter().filter(|p| level(*p) > gate).collect();
        if loud.is_empty() { -70.0 } else { level(mean(&loud)) }
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new()
    }
}
