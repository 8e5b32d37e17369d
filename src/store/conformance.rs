//! What every backend must do, as one suite to run on each.
