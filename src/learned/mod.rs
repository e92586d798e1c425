//! The second reader: linear models over character grams, learned from labelled chats, that see what no rule lists.
//!
//! Small (one vector of weights a family), explainable (a score is a sum over passages), trainable by users (`kefulint train`). It
//! judges nothing by itself: rules ask it through the operator `learned` and say by their duty which law is concerned. What it may
//! not do is decide alone that something is severe; see `lexicons/learned.toml`.

mod calibration;
mod compare;
mod features;
mod model;
mod reading;
mod samples;
mod solver;
mod train;

pub use self::{
    calibration::{Point, Tenth},
    compare::{Compared, claim, compare},
    model::{Choice, Figures, Head, Header, Kind, Model, ModelError, Source},
    reading::{Opinion, Pages, Reading, Reasons, reasons},
    train::{Guess, HeadReport, KindReport, Settings, TrainError, Training, train},
};
