//! The night's run and its store: what is counted, what a bad night may not break, what others see of it.

mod faults;
mod intake;
mod kill;
mod outputs;
mod simulation;
mod world;
