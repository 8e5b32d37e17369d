//! Tests through the door: a server on a free port, the real protocol, a client that signs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod backend;
mod bans;
mod callback;
mod callbacks;
mod chat;
mod child;
mod clients;
mod clock;
mod contract;
mod control;
mod edge;
mod examples;
mod exchange;
mod exec;
mod faults;
mod fields;
mod fixtures;
mod gateway;
mod genuine;
mod harness;
mod journal;
mod leases;
mod libraries;
mod load;
mod members;
mod opening;
mod pages;
mod people;
mod program;
mod raw;
mod repeat;
mod rooms;
mod seats;
mod tls;
mod tour;
mod wait;
mod zego;
mod zego_callbacks;
mod zego_rules;
