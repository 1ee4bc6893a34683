//! A discriminator says one thing of a sample.

use ganlet::gan::Gan;
use ganlet::layer::Dense;
use ganlet::optimizer::Sgd;
use ganlet::params::Params;

fn main() {
    Gan::<_, _, Sgd>::new(Dense::<2, 4>::ZERO, Dense::<4, 2>::ZERO);
}
