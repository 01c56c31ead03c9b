//! `attach: ask`: one question for each session.
