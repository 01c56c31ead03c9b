//! The weights of the model of need.
//!
//! Fitted by logistic regression (scikit-learn, L2, C = 0.3, no intercept beyond the constant feature) on 570 cuts of 151
//! public agent transcripts (99 Claude Code, 27 mini-swe-agent, 21 tau-bench, 4 SWE-agent sessions, cut at 35, 50, 65 and
//! 80 %): an identifier is positive when the agent's next 60 messages use it before a tool or the user shows it again.
//! Mean area under the curve within a session: 0.88, by cross-validation over sessions.

use super::need::FEATURES;

/// One weight for each feature, in the order in which `need` lists them.
pub const WEIGHTS: [f32; FEATURES] = [
    -0.546, 0.059, 0.054, -0.297, 0.279, 0.127, -0.345, -0.231, -0.464, -0.331, -0.347, 0.950, 0.923, -0.387, 0.563,
    0.848, 0.222, 0.252, -0.188, -0.321, -0.716, 1.200, -0.680, 0.091, 0.112, 0.191, 0.041, -0.886, -0.565, -0.339,
    -0.504, 0.308, -0.376, 0.962, -0.069, 0.408, 0.130, 0.221, -0.806, 0.153, 0.398, 0.123, -0.139, 0.509, 0.351,
    -0.280, 0.081, 0.545, 0.328, -0.498, 0.255, 0.248, -0.385, 0.052, 0.297, 0.409, 0.270, 0.720, 0.553, 0.145, -0.518,
    -1.785, 0.866, 0.222, 0.039, 0.385, -0.708, -1.710, 0.276, 0.467, -0.216, -0.221, 1.146, 0.494, 0.024, -0.553,
    -0.741, -0.015, -0.352, -0.683, -0.297, -0.247, 0.815, -0.087, -0.920, -0.180,
];
