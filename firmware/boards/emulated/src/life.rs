//! The main loop's side: a device that lives as it was told.

use ganlet::{model::Model, recipe::Recipe};
use ganlet_app::{Activity, DefmtReporter, Device, Learner, Memory, Sample, Settings};
use heapless::spsc::Consumer;

use crate::{clock::Clock, ending, inlet, machine, orders::Orders, sampling};

type Life<'a, M, Mem> = Device<'static, M, Mem, &'a Clock, machine::Store, DefmtReporter>;

/// Lives until the orders are carried out.
pub(crate) fn live<M: Model, Mem: Memory<M::Sample>>(
    learner: &'static mut Learner<M, Mem>,
    orders: &Orders,
    clock: &Clock,
    mut inbox: Consumer<'static, Sample>,
) -> ! {
    let mut life = begin(learner, orders, clock);
    let mut told = false;
    let before = life.learner().readings().count();
    loop {
        if orders.rate == 0 {
            sampling::lockstep();
        }
        let ended = inlet::has_ended() && inbox.len() == 0;
        match life.turn(&mut inbox) {
            Activity::Learned | Activity::Saving => {}
            Activity::Watching if ended || !orders.watch => {
                if orders.faults > 0 {
                    account(life.learner().readings().count() - before);
                }
                ending::end(0)
            }
            Activity::Waiting if ended && !told => {
                told = true;
                life.no_more_readings();
            }
            Activity::Waiting if ended => panic!("too few readings to learn from"),
            Activity::Watching | Activity::Waiting => {}
        }
    }
}

/// Where every reading has gone that the sensor was asked for.
fn account(learned: u32) {
    let tally = &sampling::TALLY;
    defmt::info!(
        "Account {{ seen: {}, learned: {}, rejected: {}, dropped: {} }}",
        tally.seen(),
        learned,
        tally.rejected_in_all(),
        tally.dropped()
    );
}

/// Not inlined: drawing the networks takes stack that learning needs afterwards.
#[inline(never)]
fn begin<'a, M: Model, Mem: Memory<M::Sample>>(
    learner: &'static mut Learner<M, Mem>,
    orders: &Orders,
    clock: &'a Clock,
) -> Life<'a, M, Mem> {
    Device::start(
        learner,
        None,
        settings::<M>(orders),
        &sampling::TALLY,
        clock,
        machine::store(orders.store),
        DefmtReporter,
    )
}

fn settings<M: Model>(orders: &Orders) -> Settings {
    let recipe = Recipe {
        steps: orders.steps,
        ..M::RECIPE
    };
    Settings {
        warm_up: orders.warm_up,
        pace: orders.pace(),
        report_every: orders.report,
        save_every: orders.save,
        stack: || cortex_m_stack::stack_size() - cortex_m_stack::stack_painted(),
        ..Settings::new(recipe, orders.seed)
    }
}
