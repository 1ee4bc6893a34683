//! A running QEMU: its serial line, its monitor, its log.

mod monitor;
pub(crate) mod program;

use std::{
    fs::{self, File},
    io::Read,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

pub(crate) use self::monitor::Monitor;
use crate::{
    elf::Elf,
    machine::{Log, Machine, Store},
    process,
    rtt::{Ending, Rtt},
    store,
};

/// How long a device may take from its reset to its question.
const PATIENCE: Duration = Duration::from_secs(10);

/// An instruction takes 2³ = 8 ns, so that a run tells the same times whoever else uses the host.
const NANOSECONDS: &str = "shift=3";

/// Microseconds that an instruction takes where they are counted: 2¹⁰ ns.
pub(crate) const INSTRUCTION: f64 = 1.024;

/// A machine that runs.
#[derive(Debug)]
pub(crate) struct Emulator {
    child: Arc<Mutex<Child>>,
    /// How the program has ended, where it has no way to end the emulator.
    ending: Option<Ending>,
}

/// What leads out of a machine.
pub(crate) struct Lines {
    /// Its first UART. What is not read yet waits: nothing is lost.
    pub(crate) serial: TcpStream,
    /// The emulator's own control.
    pub(crate) monitor: Monitor,
    /// defmt frames.
    pub(crate) log: Box<dyn Read>,
}

impl Emulator {
    /// Starts `elf`; the machine's store is the file `kept`.
    ///
    /// # Errors
    /// If QEMU is not there, or ends before it has connected.
    pub(crate) fn start(
        machine: &Machine,
        elf: &Path,
        kept: &Path,
        counted: bool,
    ) -> Result<(Self, Lines)> {
        let (serial, monitor, debugger, memory) = (listen()?, listen()?, listen()?, listen()?);
        let mut command = command(machine, elf)?;
        match machine.log {
            Log::Semihosting => command.args(["-semihosting-config", "enable=on,target=native"]),
            Log::Rtt => command
                .args(socket("debugger", &debugger)?)
                .args(["-gdb", "chardev:debugger", "-S"])
                .args(["-icount", NANOSECONDS]),
        };
        if counted {
            command.args(["-icount", "shift=10"]);
        }
        command
            .args(socket("serial", &serial)?)
            .args(["-serial", "chardev:serial"])
            .args(socket("monitor", &monitor)?)
            .args(["-mon", "chardev=monitor,mode=control"]);
        match machine.store {
            Store::Bus => attach(&mut command, kept),
            Store::File => {
                _ = command.current_dir(kept.parent().context("a store lies somewhere")?)
            }
            Store::Serial => {
                command
                    .args(socket("memory", &memory)?)
                    .args(["-serial", "chardev:memory"]);
            }
        }
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", process::shown(&command)))?;
        let serial = accept(&serial, &mut child)?;
        if machine.store == Store::Serial {
            serve(accept(&memory, &mut child)?, kept)?;
        }
        let monitor = Monitor::new(accept(&monitor, &mut child)?)?;
        let mut ending = None;
        let log: Box<dyn Read> = match machine.log {
            Log::Semihosting => Box::new(child.stdout.take().context("the log is not piped")?),
            Log::Rtt => {
                let debugger = accept(&debugger, &mut child)?;
                let elf = fs::read(elf).context("cannot read the ELF")?;
                let rtt = Rtt::start(debugger, &Elf::parse(&elf)?)?;
                hear(&serial).context("the device does not ask for readings")?;
                ending = Some(rtt.ending());
                Box::new(rtt)
            }
        };
        let lines = Lines {
            serial,
            monitor,
            log,
        };
        let child = Arc::new(Mutex::new(child));
        Ok((Self { child, ending }, lines))
    }

    /// What ends it, to be called by whoever has no more patience.
    pub(crate) fn end(&self) -> impl FnOnce() + Send + use<> {
        let child = Arc::clone(&self.child);
        move || end(&child)
    }

    /// Waits for the end of the run, which the program decides; its exit code.
    pub(crate) fn wait(self) -> Result<Option<i32>> {
        match &self.ending {
            Some(ending) => Ok(Some(i32::from(ending.has_failed()))), // only QEMU is left, to be ended
            None => loop {
                if let Some(status) = self.status()? {
                    return Ok(status.code());
                }
                thread::sleep(Duration::from_millis(5));
            },
        }
    }

    fn status(&self) -> Result<Option<ExitStatus>> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        child.try_wait().context("cannot wait for QEMU")
    }
}

impl Drop for Emulator {
    /// A run that is given up leaves no process behind.
    fn drop(&mut self) {
        end(&self.child);
    }
}

fn end(child: &Mutex<Child>) {
    let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
    _ = child.kill();
    _ = child.wait();
}

/// QEMU without a window.
/// The emulator, ready to run `elf` on a machine; whoever starts it adds the lines that lead out.
///
/// # Errors
/// If QEMU is not there.
pub(crate) fn command(machine: &Machine, elf: &Path) -> Result<Command> {
    let absent = || format!("{} is missing: run `cargo xtask setup`", program::QEMU);
    let mut command = program::command().with_context(absent)?;
    command
        .args(["-machine", machine.name, "-display", "none"])
        .arg("-kernel")
        .arg(elf);
    Ok(command)
}

/// Puts a thermometer and a memory on the bus.
fn attach(command: &mut Command, memory: &Path) {
    let file = memory.display().to_string().replace(',', ",,"); // QEMU's way to quote a comma
    command.args(["-device", "tmp105,address=0x48,id=thermometer"]);
    for (bank, address) in (0x50..0x54).enumerate() {
        let (size, offset) = (store::BANK, bank * store::BANK);
        command
            .arg("-drive")
            .arg(format!(
                "if=none,id=bank{bank},format=raw,offset={offset},size={size},\
                 file.filename={file},file.locking=off"
            ))
            .arg("-device")
            .arg(format!(
                "at24c-eeprom,address={address},rom-size={size},drive=bank{bank}"
            ));
    }
}

/// Answers out of the store's file, in a thread of its own, until the line is cut.
fn serve(line: TcpStream, kept: &Path) -> Result<()> {
    let mut options = File::options();
    let file = options.read(true).write(true).open(kept);
    let file = file.with_context(|| format!("cannot open {}", kept.display()))?;
    thread::spawn(move || serial_store::host::serve(line, file));
    Ok(())
}

/// Waits for the device's question, `?`. What is said before is lost: its UART is not on yet.
fn hear(mut serial: &TcpStream) -> Result<()> {
    serial.set_read_timeout(Some(PATIENCE))?;
    serial.read_exact(&mut [0; 2])?;
    Ok(serial.set_read_timeout(None)?)
}

fn listen() -> Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot open a port")?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// QEMU's arguments for a line that it connects to `listener`.
fn socket(name: &str, listener: &TcpListener) -> Result<[String; 2]> {
    let port = listener.local_addr()?.port();
    let line = format!("socket,id={name},host=127.0.0.1,port={port},server=off,nodelay=on");
    Ok(["-chardev".to_owned(), line])
}

/// Waits until QEMU has connected, or has ended instead.
fn accept(listener: &TcpListener, child: &mut Child) -> Result<TcpStream> {
    loop {
        if let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(false)?;
            stream.set_nodelay(true)?;
            return Ok(stream);
        }
        if let Some(status) = child.try_wait()? {
            bail!("QEMU ended at its start ({status})");
        }
        thread::sleep(Duration::from_millis(5));
    }
}
