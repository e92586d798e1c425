//! What may have been meant by a name that is not known.

/// The known name that is nearest, if one is near enough to be meant.
pub(crate) fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let far = (name.chars().count() / 3).max(1);
    let distance = |known: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &known.to_lowercase());
    let near = known.into_iter().map(|known| (distance(known), known)).filter(|(steps, _)| *steps <= far);
    near.min_by_key(|(steps, _)| *steps).map(|(_, known)| known)
}

/// Adds to a complaint of serde about an unknown name which of the names that it lists is nearest.
pub(crate) fn with_suggestion(complaint: &str) -> String {
    let mut quoted = complaint.split('`').skip(1).step_by(2);
    let close = match (complaint.starts_with("unknown "), quoted.next()) {
        (true, Some(name)) => closest(name, quoted),
        _ => None,
    };
    close.map_or_else(|| complaint.to_owned(), |close| format!("{complaint}; did you mean `{close}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_name_is_suggested() {
        assert_eq!(closest("topp", ["min_conversations", "top"]), Some("top"));
        assert_eq!(closest("DIS10", ["DIS101", "ABU101"]), Some("DIS101"));
        assert_eq!(closest("colour", ["min_conversations", "top"]), None);
        assert_eq!(closest("裁", ["top"]), None);
    }

    #[test]
    fn other_complaints_stay_as_they_are() {
        let complaint = "invalid type: string \"a\", expected `usize` or `usiz`";
        assert_eq!(with_suggestion(complaint), complaint);
    }
}
