//! The stories, one file per theme. Each drives the pipeline through its doors with a clock it turns itself.

mod correlate;
mod deliver;
mod escalate;
mod explain;
mod respond;
mod route;
mod survive;
