//! The boolean language of `when`: names joined by `and`, `or`, `not` and parentheses.
//!
//! `not` binds tighter than `and`, `and` tighter than `or`. Parsing knows nothing of what the names stand for.

use std::fmt;

/// A parsed expression over conditions of type `T`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr<T> {
    /// A condition.
    Is(T),
    /// Its opposite.
    Not(Box<Self>),
    /// All of them.
    All(Vec<Self>),
    /// At least one of them.
    Any(Vec<Self>),
}

/// What is wrong with an expression, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprError {
    /// 1-based character at which reading stopped.
    pub column: usize,
    /// What was found and what was expected.
    pub reason: String,
}

impl fmt::Display for ExprError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.reason)
    }
}

impl Expr<String> {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        let tokens = tokens(text)?;
        let mut parser = Parser { tokens: &tokens, at: 0, end: text.chars().count() + 1 };
        let expr = parser.any()?;
        match parser.peek() {
            None => Ok(expr),
            Some(token) => Err(parser.wrong(&format!("expected `and` or `or`, found `{token}`"))),
        }
    }
}

impl<T> Expr<T> {
    /// The same expression over other conditions; `map` may fail.
    pub fn try_map<U, E>(&self, map: &mut impl FnMut(&T) -> Result<U, E>) -> Result<Expr<U>, E> {
        Ok(match self {
            Self::Is(name) => Expr::Is(map(name)?),
            Self::Not(inner) => Expr::Not(Box::new(inner.try_map(map)?)),
            Self::All(parts) => Expr::All(parts.iter().map(|p| p.try_map(map)).collect::<Result<_, _>>()?),
            Self::Any(parts) => Expr::Any(parts.iter().map(|p| p.try_map(map)).collect::<Result<_, _>>()?),
        })
    }

    /// Whether the expression holds, asking each condition at most once where the answer hangs on it.
    pub fn eval(&self, holds: &mut impl FnMut(&T) -> bool) -> bool {
        match self {
            Self::Is(condition) => holds(condition),
            Self::Not(inner) => !inner.eval(holds),
            Self::All(parts) => parts.iter().all(|part| part.eval(holds)),
            Self::Any(parts) => parts.iter().any(|part| part.eval(holds)),
        }
    }

    /// Whether the expression could hold if exactly the conditions for which `may` answers yes could; negations always can.
    pub fn possible(&self, may: &impl Fn(&T) -> bool) -> bool {
        match self {
            Self::Is(condition) => may(condition),
            Self::Not(_) => true,
            Self::All(parts) => parts.iter().all(|part| part.possible(may)),
            Self::Any(parts) => parts.iter().any(|part| part.possible(may)),
        }
    }

    /// Calls `visit` for each condition with whether it is asked for (`true`) or stands under an odd number of `not`s.
    pub fn visit<'a>(&'a self, visit: &mut impl FnMut(&'a T, bool)) {
        self.visit_from(true, visit);
    }

    fn visit_from<'a>(&'a self, positive: bool, visit: &mut impl FnMut(&'a T, bool)) {
        match self {
            Self::Is(condition) => visit(condition, positive),
            Self::Not(inner) => inner.visit_from(!positive, visit),
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.visit_from(positive, visit);
                }
            }
        }
    }
}

struct Token<'a> {
    text: &'a str,
    column: usize,
}

fn tokens(text: &str) -> Result<Vec<Token<'_>>, ExprError> {
    let mut tokens = Vec::new();
    let mut word: Option<(usize, usize)> = None;
    for (column, (at, c)) in text.char_indices().enumerate() {
        let is_word = c.is_alphanumeric() || c == '_' || c == '-';
        match (is_word, word) {
            (true, None) => word = Some((at, column + 1)),
            (false, Some((start, column))) => {
                tokens.push(Token { text: &text[start..at], column });
                word = None;
            }
            _ => {}
        }
        match c {
            '(' | ')' => tokens.push(Token { text: &text[at..=at], column: column + 1 }),
            _ if is_word || c.is_whitespace() => {}
            _ => return Err(ExprError { column: column + 1, reason: format!("unexpected `{c}`") }),
        }
    }
    if let Some((start, column)) = word {
        tokens.push(Token { text: &text[start..], column });
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    end: usize,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Result<Expr<String>, ExprError> {
        let mut parts = vec![self.all()?];
        while self.take("or") {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Expr::Any))
    }

    fn all(&mut self) -> Result<Expr<String>, ExprError> {
        let mut parts = vec![self.unary()?];
        while self.take("and") {
            parts.push(self.unary()?);
        }
        Ok(one_or(parts, Expr::All))
    }

    fn unary(&mut self) -> Result<Expr<String>, ExprError> {
        if self.take("not") {
            return Ok(Expr::Not(Box::new(self.unary()?)));
        }
        if self.take("(") {
            let inner = self.any()?;
            return if self.take(")") { Ok(inner) } else { Err(self.wrong("expected `)`")) };
        }
        match self.peek() {
            Some(word) if !matches!(word, "and" | "or" | ")") => {
                self.at += 1;
                Ok(Expr::Is(word.to_owned()))
            }
            Some(word) => Err(self.wrong(&format!("expected the name of a condition, found `{word}`"))),
            None => Err(self.wrong("expected the name of a condition, found the end")),
        }
    }

    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).map(|token| token.text)
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.peek() == Some(text);
        self.at += usize::from(found);
        found
    }

    fn wrong(&self, reason: &str) -> ExprError {
        let column = self.tokens.get(self.at).map_or(self.end, |token| token.column);
        ExprError { column, reason: reason.to_owned() }
    }
}

fn one_or(mut parts: Vec<Expr<String>>, join: fn(Vec<Expr<String>>) -> Expr<String>) -> Expr<String> {
    if parts.len() == 1 { parts.remove(0) } else { join(parts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(text: &str, yes: &[&str]) -> bool {
        Expr::parse(text).expect("the expression is right").eval(&mut |name| yes.contains(&name.as_str()))
    }

    fn error(text: &str) -> String {
        Expr::parse(text).expect_err("the expression is wrong").to_string()
    }

    #[test]
    fn not_binds_tighter_than_and_tighter_than_or() {
        assert!(truth("a or b and c", &["a"]));
        assert!(!truth("(a or b) and c", &["a"]));
        assert!(truth("not a and b", &["b"]));
        assert!(!truth("not (a or b)", &["b"]));
        assert!(truth("promise and not (warning or refusal)", &["promise"]));
        assert!(truth("not not a", &["a"]));
    }

    #[test]
    fn errors_point_at_the_column() {
        assert_eq!(error("a and"), "column 6: expected the name of a condition, found the end");
        assert_eq!(error("a b"), "column 3: expected `and` or `or`, found `b`");
        assert_eq!(error("a and (b or c"), "column 14: expected `)`");
        assert_eq!(error("a and or b"), "column 7: expected the name of a condition, found `or`");
        assert_eq!(error("a && b"), "column 3: unexpected `&`");
        assert_eq!(error(""), "column 1: expected the name of a condition, found the end");
    }

    #[test]
    fn negations_are_always_possible() {
        let expr = Expr::parse("a and not b").expect("the expression is right");
        assert!(expr.possible(&|name: &String| name == "a"));
        assert!(!expr.possible(&|name: &String| name == "b"));
    }
}
