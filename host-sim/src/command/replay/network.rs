//! A network between the file's form, `w[out][in]`, and the core's, `w[in][out]`.

use ganlet::params::Params;
use serde::Serialize;

use super::case::{self, Network, Wrong};

/// A network in the form of the file.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    layers: Vec<ToldLayer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skip: Option<Vec<f32>>,
}

#[derive(Debug, Serialize)]
struct ToldLayer {
    w: Vec<Vec<f32>>,
    b: Vec<f32>,
}

/// Inputs and outputs of each dense layer of a tree whose leaves are weights and biases in turn.
fn widths<P: Params>() -> impl Iterator<Item = (usize, usize)> {
    (0..P::LEAVES).filter_map(|i| match P::shape(i) {
        &[inputs, outputs] => Some((inputs, outputs)),
        _ => None,
    })
}

/// Whether the tree ends with the scale of a noise skip.
fn has_skip<P: Params>() -> bool {
    P::LEAVES % 2 == 1
}

/// The parameters of a network that the file calls `name`.
pub(super) fn load<P: Params>(network: &Network, name: &str) -> Result<P, Wrong> {
    let mut params = P::ZERO;
    let wanted = widths::<P>().count();
    if network.layers.len() != wanted {
        return Err(Wrong::new(
            format!("{name}.layers"),
            format!("{} layers instead of {wanted}", network.layers.len()),
            "give the model's layers",
        ));
    }
    for (i, (layer, (inputs, outputs))) in network.layers.iter().zip(widths::<P>()).enumerate() {
        let key = |part: &str| format!("{name}.layers[{i}].{part}");
        expect(layer.w.len(), outputs, "rows", || key("w"))?;
        for (o, row) in layer.w.iter().enumerate() {
            expect(row.len(), inputs, "numbers", || key(&format!("w[{o}]")))?;
            for (j, &x) in row.iter().enumerate() {
                let number = case::number(x, || key(&format!("w[{o}][{j}]")))?;
                params.leaf_mut(2 * i)[j * outputs + o] = number;
            }
        }
        fill(params.leaf_mut(2 * i + 1), &layer.b, || key("b"))?;
    }
    let key = || format!("{name}.skip");
    match &network.skip {
        Some(skip) if has_skip::<P>() => fill(params.leaf_mut(P::LEAVES - 1), skip, key)?,
        None if has_skip::<P>() => {
            return Err(Wrong::new(key(), "missing", "give the scale of the noise"));
        }
        Some(_) => return Err(Wrong::new(key(), "not in this model", "remove it")),
        None => {}
    }
    Ok(params)
}

fn expect(given: usize, wanted: usize, noun: &str, key: impl Fn() -> String) -> Result<(), Wrong> {
    if given == wanted {
        return Ok(());
    }
    let what = format!("{given} {noun} instead of {wanted}");
    Err(Wrong::new(key(), what, "give the model's width"))
}

fn fill(leaf: &mut [f32], numbers: &[f64], key: impl Fn() -> String) -> Result<(), Wrong> {
    expect(numbers.len(), leaf.len(), "numbers", &key)?;
    for (i, (to, &x)) in leaf.iter_mut().zip(numbers).enumerate() {
        *to = case::number(x, || format!("{}[{i}]", key()))?;
    }
    Ok(())
}

/// The parameters in the form of the file.
pub(super) fn tell<P: Params>(params: &P) -> Told {
    let layer = |(i, (inputs, outputs)): (usize, (usize, usize))| {
        let w = params.leaf(2 * i);
        let row = |o| (0..inputs).map(|j| w[j * outputs + o]).collect();
        ToldLayer {
            w: (0..outputs).map(row).collect(),
            b: params.leaf(2 * i + 1).to_vec(),
        }
    };
    Told {
        layers: widths::<P>().enumerate().map(layer).collect(),
        skip: has_skip::<P>().then(|| params.leaf(P::LEAVES - 1).to_vec()),
    }
}
