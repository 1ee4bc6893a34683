//! How well a score ranks anomalous windows above normal ones.

/// Area under the ROC curve: the probability that an anomalous window scores above a normal one,
/// ties counting one half (Mann-Whitney). `None` without both kinds.
pub fn roc_auc(scored: &[(f32, bool)]) -> Option<f64> {
    let (positives, negatives) = count(scored);
    if positives == 0 || negatives == 0 {
        return None;
    }
    let mut below = 0usize;
    let mut area = 0.0;
    for tie in ties(scored) {
        let (p, n) = count(&tie);
        area += p as f64 * (below as f64 + 0.5 * n as f64);
        below += n;
    }
    Some(area / (positives as f64 * negatives as f64))
}

/// Average precision: Σ precision · Δrecall from the highest score down, ties taken together.
/// `None` without an anomalous window.
pub fn average_precision(scored: &[(f32, bool)]) -> Option<f64> {
    let (positives, _) = count(scored);
    if positives == 0 {
        return None;
    }
    let (mut found, mut seen, mut sum) = (0usize, 0usize, 0.0);
    for tie in ties(scored).into_iter().rev() {
        let (p, n) = count(&tie);
        found += p;
        seen += p + n;
        sum += p as f64 * found as f64 / seen as f64;
    }
    Some(sum / positives as f64)
}

/// Anomalous and normal windows.
fn count(scored: &[(f32, bool)]) -> (usize, usize) {
    let positives = scored.iter().filter(|(_, label)| *label).count();
    (positives, scored.len() - positives)
}

/// Groups of equal score, ascending.
fn ties(scored: &[(f32, bool)]) -> Vec<Vec<(f32, bool)>> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    sorted
        .chunk_by(|a, b| a.0 == b.0)
        .map(<[_]>::to_vec)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_score_a_blind_one_and_one_by_hand() {
        let perfect = [(0.1, false), (0.2, false), (0.7, true), (0.9, true)];
        assert_eq!(roc_auc(&perfect), Some(1.0));
        assert_eq!(average_precision(&perfect), Some(1.0));
        let blind = [(0.5, false), (0.5, true), (0.5, false), (0.5, true)];
        assert_eq!(roc_auc(&blind), Some(0.5));
        assert_eq!(average_precision(&blind), Some(0.5));
        // From the top: true, false, true: AP = (1/1 + 2/3) / 2; 1 of 2 pairs in order.
        let mixed = [(3.0, true), (2.0, false), (1.0, true)];
        assert_eq!(roc_auc(&mixed), Some(0.5));
        assert!((average_precision(&mixed).unwrap() - 5.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn one_kind_alone_has_no_rank() {
        assert_eq!(roc_auc(&[(1.0, true)]), None);
        assert_eq!(roc_auc(&[]), None);
        assert_eq!(average_precision(&[(1.0, false)]), None);
    }
}
