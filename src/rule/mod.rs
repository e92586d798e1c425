//! x
pub mod expr;
pub mod guard;
pub mod literal;
pub mod matcher;
pub mod similar;
pub mod trade;
