//! The control plane: what no vendor's API lets anybody do, as plain HTTP and JSON.
