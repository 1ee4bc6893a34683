//! ganlet on the reference workloads.

use std::process;

use ganlet_bench::{Contender, named, serve};
use ganlet_workload::{File, Landing, Players, W1, W2, Workload, step};

fn main() {
    let (name, numbers) = named();
    match name.as_str() {
        "w1" => ours::<W1, 4, 1>(&numbers),
        "w2" => ours::<W2, 8, 32>(&numbers),
        _ => process::exit(2),
    }
}

fn ours<W: Workload<K, N>, const K: usize, const N: usize>(numbers: &[f32]) {
    let file = File::of::<W>(numbers).expect("a file of this workload");
    serve(Ours::<W, K, N> {
        players: file.players::<W>(),
        file,
        step: 0,
    });
}

struct Ours<'a, W: Workload<K, N>, const K: usize, const N: usize> {
    file: File<'a, K, N>,
    players: Players<W, K, N>,
    step: usize,
}

impl<W: Workload<K, N>, const K: usize, const N: usize> Contender for Ours<'_, W, K, N> {
    fn landing(&mut self) -> Landing {
        Landing::of::<W, K, N>(&self.file)
    }

    fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            step::<W, K, N>(&mut self.players, self.file.batch(self.step));
            self.step += 1;
        }
    }
}
