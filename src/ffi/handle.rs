//! Handles: numbers that stand for clients, cancellers and sandboxes.
//!
//! A number is never issued twice in a process, so a freed, doubled or forged one is only ever an error answer. After
//! `fork()` the child gets a process of its own here, found by a mark of its own before any lock is taken: a lock that the
//! parent held at that moment would never open again.

// How many kinds of objects there are depends on the features.
#![allow(clippy::match_wildcard_for_single_variants)]

use std::collections::BTreeMap;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::answer::{Error, Kind};
use crate::client::{Canceller, Client};
use crate::lock::lock;
#[cfg(feature = "sqlite")]
use crate::store::forks;
use crate::wire::Shared;

/// What a handle stands for.
pub enum Object {
    Client(Arc<Client>),
    Canceller(Canceller),
    #[cfg(feature = "sandbox")]
    #[allow(dead_code)] // kept only to be stopped when it is dropped
    Sandbox(crate::sandbox::Sandbox),
}

impl Object {
    fn name(&self) -> &'static str {
        match self {
            Self::Client(_) => "client",
            Self::Canceller(_) => "canceller",
            #[cfg(feature = "sandbox")]
            Self::Sandbox(_) => "sandbox",
        }
    }
}

/// Everything that belongs to one process.
pub struct Process {
    /// What [`FORKS`] was when it began, and its process id.
    mark: (u64, u32),
    /// Handles below were issued before a `fork()`.
    first: u64,
    next: AtomicU64,
    objects: Mutex<BTreeMap<u64, Object>>,
    pub shared: Shared,
}

static PROCESS: AtomicPtr<Process> = AtomicPtr::new(ptr::null_mut());
/// Rises with each `fork()` on the way to this process. A process id alone would not tell: in a namespace of its own a
/// child may have its parent's. It tells of children that were made by a system call, which runs no handlers.
static FORKS: AtomicU64 = AtomicU64::new(0);

extern "C" fn before_fork() {
    #[cfg(feature = "sqlite")]
    forks::before();
}

extern "C" fn forked_in_parent() {
    #[cfg(feature = "sqlite")]
    forks::after_in_parent();
}

extern "C" fn forked_in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    #[cfg(feature = "sqlite")]
    forks::after_in_child();
}

impl Process {
    /// This process, which a fork makes another.
    pub fn current() -> &'static Self {
        loop {
            let mark = (FORKS.load(Ordering::Relaxed), std::process::id());
            let known = PROCESS.load(Ordering::Acquire);
            // SAFETY: what is stored in PROCESS comes from `Box::into_raw` below and is never freed.
            let process = unsafe { known.as_ref() };
            if let Some(process) = process.filter(|process| process.mark == mark) {
                return process;
            }
            if process.is_none() {
                // Two threads may both come here: then a fork counts twice, which does no harm. It can fail only where
                // there is no memory left. A library that is unloaded takes its handler along.
                // SAFETY: of what a child may not do, its handler does what glibc and musl allow it: it frees memory.
                unsafe { libc::pthread_atfork(Some(before_fork), Some(forked_in_parent), Some(forked_in_child)) };
            }
            let first = process.map_or(1, |parent| parent.next.load(Ordering::Relaxed));
            let fresh = Box::into_raw(Box::new(Self {
                mark,
                first,
                next: AtomicU64::new(first),
                objects: Mutex::default(),
                shared: Shared::default(),
            }));
            // A parent's process is left as it is, not freed: that would close its connections and take its locks.
            if PROCESS.compare_exchange(known, fresh, Ordering::AcqRel, Ordering::Acquire).is_err() {
                // SAFETY: `fresh` was made above and nobody else has seen it.
                drop(unsafe { Box::from_raw(fresh) });
            }
        }
    }

    /// Issues a handle.
    pub fn insert(&self, object: Object) -> u64 {
        let handle = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.objects).insert(handle, object);
        handle
    }

    /// Takes back a handle of the kind that `wanted` accepts; any other is left alone.
    pub fn remove(&self, handle: u64, wanted: impl FnOnce(&Object) -> bool) -> Option<Object> {
        let mut objects = lock(&self.objects);
        objects.get(&handle).is_some_and(wanted).then(|| objects.remove(&handle)).flatten()
    }

    fn find<T>(&self, handle: u64, wanted: &str, get: impl FnOnce(&Object) -> Option<T>) -> Result<T, Error> {
        let objects = lock(&self.objects);
        let why = match objects.get(&handle) {
            Some(object) => match get(object) {
                Some(found) => return Ok(found),
                None => format!("is a {}'s", object.name()),
            },
            None if handle == 0 => format!("is never one; contactway_{wanted}_new answers 0 when it fails"),
            None if handle < self.first => "was made before fork(); make another one in this process".to_owned(),
            None if handle < self.next.load(Ordering::Relaxed) => "was freed".to_owned(),
            None => "was never issued".to_owned(),
        };
        Err(Error::new(Kind::InvalidHandle, format!("{handle} is not a {wanted}'s handle: it {why}")))
    }

    /// The client of a handle.
    pub fn client(&self, handle: u64) -> Result<Arc<Client>, Error> {
        self.find(handle, "client", |object| match object {
            Object::Client(client) => Some(Arc::clone(client)),
            _ => None,
        })
    }

    /// The canceller of a handle.
    pub fn canceller(&self, handle: u64) -> Result<Canceller, Error> {
        self.find(handle, "canceller", |object| match object {
            Object::Canceller(canceller) => Some(canceller.clone()),
            _ => None,
        })
    }
}
