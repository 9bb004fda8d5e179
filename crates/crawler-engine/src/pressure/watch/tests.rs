use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};

use super::*;

/// A watch over a machine of a test's making.
struct Machine {
    sizes: Arc<Mutex<HashMap<Quantity, u64>>>,
    watch: Watch,
    pressure: Pressure,
    now: Instant,
}

impl Machine {
    fn new(ceilings: Ceilings) -> Self {
        let sizes = Arc::new(Mutex::new(HashMap::new()));
        let measured = Arc::clone(&sizes);
        let measure = move |quantity| {
            let sizes = measured.lock().unwrap();
            sizes.get(&quantity).copied().ok_or_else(|| io::Error::other("not told"))
        };
        let watch = Watch::new(ceilings, PathBuf::from("/data"), Box::new(measure));
        Self { sizes, watch, pressure: Pressure::default(), now: Instant::now() }
    }

    /// A second later, with this size.
    fn with(&mut self, quantity: Quantity, bytes: u64) -> &Pressure {
        self.sizes.lock().unwrap().insert(quantity, bytes);
        self.now += Duration::from_secs(1);
        self.watch.look(&self.pressure, self.now);
        &self.pressure
    }

    /// What is asked for, as letters.
    fn relief(&mut self, quantity: Quantity, bytes: u64) -> String {
        let relief = self.with(quantity, bytes).relief();
        let letters = [(relief.spill, 'm'), (relief.slow, 's'), (relief.shed, 'x')];
        letters.into_iter().filter(|(asked, _)| *asked).map(|(_, letter)| letter).collect()
    }
}

#[test]
fn memory_is_relieved_step_by_step() {
    let ceilings = Ceilings { memory_bytes: Some(1000), ..Ceilings::default() };
    let mut machine = Machine::new(ceilings);
    for (bytes, asked) in [(799, ""), (800, "m"), (900, "ms"), (1000, "msx"), (949, "ms"), (0, "")]
    {
        assert_eq!(machine.relief(Quantity::Memory, bytes), asked, "{bytes}");
    }
}

#[test]
fn a_full_frontier_drains_at_full_speed() {
    let ceilings = Ceilings { frontier_bytes: Some(1000), ..Ceilings::default() };
    let mut machine = Machine::new(ceilings);
    for (bytes, asked) in [(899, ""), (900, "s"), (1000, "x"), (950, "x"), (949, "s"), (849, "")] {
        assert_eq!(machine.relief(Quantity::Frontier, bytes), asked, "{bytes}");
    }
}

#[test]
fn without_ceilings_nothing_is_measured() {
    let ceilings = Ceilings { free_disk_bytes: 0, ..Ceilings::default() };
    let mut machine = Machine::new(ceilings);
    for quantity in [Quantity::Memory, Quantity::Frontier, Quantity::Disk] {
        assert_eq!(machine.relief(quantity, u64::MAX), "");
    }
    assert!(!machine.with(Quantity::FreeDisk, 0).is_held());
    assert!(machine.watch.unmeasured.is_empty());
}

#[test]
fn the_crawl_holds_while_there_is_no_room() {
    let ceilings =
        Ceilings { free_disk_bytes: 256 << 20, disk_bytes: Some(1 << 30), ..Ceilings::default() };
    let mut machine = Machine::new(ceilings);
    assert!(!machine.with(Quantity::FreeDisk, 256 << 20).is_held());
    let held = machine.with(Quantity::FreeDisk, 231 << 20).held();
    assert_eq!(held.unwrap(), "disk: 231M free on the disk of /data, wants 256M");
    assert!(machine.with(Quantity::FreeDisk, 260 << 20).is_held());
    assert!(!machine.with(Quantity::FreeDisk, 300 << 20).is_held());
    let held = machine.with(Quantity::Disk, 3 << 29).held();
    assert_eq!(held.unwrap(), "disk: /data takes 1.5G of 1G");
    assert_eq!(machine.with(Quantity::Disk, 0).held(), None);
}

#[test]
fn what_cannot_be_measured_changes_nothing() {
    let ceilings = Ceilings { memory_bytes: Some(1000), ..Ceilings::default() };
    let mut machine = Machine::new(ceilings);
    assert_eq!(machine.relief(Quantity::Memory, 950), "ms");
    machine.sizes.lock().unwrap().clear();
    assert_eq!(machine.relief(Quantity::Disk, 0), "ms");
    assert!(machine.watch.unmeasured.contains(&Quantity::Memory));
}

#[test]
fn directories_are_added_up_at_most_once_a_second() {
    let ceilings =
        Ceilings { memory_bytes: Some(1000), frontier_bytes: Some(1000), ..Ceilings::default() };
    let mut machine = Machine::new(ceilings);
    machine.with(Quantity::Memory, 0);
    machine.with(Quantity::Frontier, 0);
    machine.sizes.lock().unwrap().extend([(Quantity::Memory, 850), (Quantity::Frontier, 1000)]);
    machine.now += QUICK_INTERVAL;
    machine.watch.look(&machine.pressure, machine.now);
    assert_eq!(machine.pressure.relief(), Relief { spill: true, ..Relief::default() });
    machine.now += SLOW_INTERVAL;
    machine.watch.look(&machine.pressure, machine.now);
    assert_eq!(machine.pressure.relief(), Relief { spill: true, shed: true, slow: false });
}
