//! A generator of four numbers and a discriminator of three.

use ganlet::gan::Gan;
use ganlet::layer::Dense;
use ganlet::optimizer::Sgd;
use ganlet::params::Params;

fn main() {
    Gan::<_, _, Sgd>::new(Dense::<2, 4>::ZERO, Dense::<3, 1>::ZERO);
}
