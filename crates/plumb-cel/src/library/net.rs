//! IP addresses and networks.

use super::table::{Done, Table, WALK, part};
use crate::value::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) fn rows(table: &mut Table) {
    const NONE: &str = "no such overload";
    let walk = |args: &[Value]| part(args[0].size(), WALK);
    let twice = |args: &[Value]| part(args[0].size(), 2.0 * WALK);
    table.costs("ip(string) -> net.IP", walk, |args| ip_of(&args[0]).map(Value::Ip));
    table.costs("isIP(string) -> bool", walk, |args| match &args[0] {
        Value::String(text) => Ok(address(text).is_ok().into()),
        _ => Err(NONE.to_owned()),
    });
    table.costs("ip.isCanonical(string) -> bool", twice, |args| match &args[0] {
        Value::String(text) => Ok((shown(address(text)?) == **text).into()),
        _ => Err(NONE.to_owned()),
    });
    table.add("string(net.IP) -> string", |args| match &args[0] {
        Value::Ip(ip) => Ok(shown(*ip).into()),
        _ => Err(NONE.to_owned()),
    });
    table.add("<net.IP> family() -> int", |args| match args[0] {
        Value::Ip(ip) => Ok(Value::Int(if ip.is_ipv4() { 4 } else { 6 })),
        _ => Err(NONE.to_owned()),
    });
    table.add("<net.IP> isUnspecified() -> bool", |args| test(args, |ip| ip.is_unspecified()));
    table.add("<net.IP> isLoopback() -> bool", |args| test(args, |ip| ip.is_loopback()));
    table.add("<net.IP> isLinkLocalMulticast() -> bool", |args| {
        test(args, |ip| match ip {
            IpAddr::V4(ip) => ip.octets()[..3] == [224, 0, 0],
            IpAddr::V6(ip) => ip.segments()[0] & 0xff0f == 0xff02,
        })
    });
    table.add("<net.IP> isLinkLocalUnicast() -> bool", |args| test(args, is_link_local));
    table.add("<net.IP> isGlobalUnicast() -> bool", |args| {
        test(args, |ip| {
            let broadcast = ip == IpAddr::V4(Ipv4Addr::BROADCAST);
            !(broadcast
                || ip.is_unspecified()
                || ip.is_loopback()
                || ip.is_multicast()
                || is_link_local(ip))
        })
    });
    table.costs("cidr(string) -> net.CIDR", walk, |args| cidr_of(&args[0]));
    table.costs("isCIDR(string) -> bool", walk, |args| match &args[0] {
        Value::String(text) => Ok(network(text).is_ok().into()),
        _ => Err(NONE.to_owned()),
    });
    table.add("string(net.CIDR) -> string", |args| match &args[0] {
        Value::Cidr(ip, bits) => Ok(format!("{}/{bits}", shown(*ip)).into()),
        _ => Err(NONE.to_owned()),
    });
    let both = |args: &[Value]| 1 + part(args[0].size() * 2, WALK) + part(args[1].size(), WALK);
    table.costs("<net.CIDR> containsIP(string) -> bool", both, |args| {
        contains_ip(&args[0], &Value::Ip(ip_of(&args[1])?))
    });
    table.costs("<net.CIDR> containsIP(net.IP) -> bool", both, |args| {
        contains_ip(&args[0], &args[1])
    });
    table.costs("<net.CIDR> containsCIDR(string) -> bool", both, |args| {
        contains_cidr(&args[0], &cidr_of(&args[1])?)
    });
    table.costs("<net.CIDR> containsCIDR(net.CIDR) -> bool", both, |args| {
        contains_cidr(&args[0], &args[1])
    });
    table.add("<net.CIDR> ip() -> net.IP", |args| match args[0] {
        Value::Cidr(ip, _) => Ok(Value::Ip(ip)),
        _ => Err(NONE.to_owned()),
    });
    table.add("<net.CIDR> prefixLength() -> int", |args| match args[0] {
        Value::Cidr(_, bits) => Ok(Value::Int(bits.into())),
        _ => Err(NONE.to_owned()),
    });
    table.add("<net.CIDR> masked() -> net.CIDR", |args| match args[0] {
        Value::Cidr(ip, bits) => Ok(Value::Cidr(masked(ip, bits), bits)),
        _ => Err(NONE.to_owned()),
    });
}

fn test(args: &[Value], test: fn(IpAddr) -> bool) -> Done {
    match args[0] {
        Value::Ip(ip) => Ok(test(ip).into()),
        _ => Err("no such overload".to_owned()),
    }
}

fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.segments()[0] & 0xffc0 == 0xfe80,
    }
}

fn ip_of(value: &Value) -> Result<IpAddr, String> {
    match value {
        Value::String(text) => address(text),
        _ => Err("no such overload".to_owned()),
    }
}

/// An address without a zone; one of IPv4 is not written as one of IPv6.
fn address(text: &str) -> Result<IpAddr, String> {
    let ip: IpAddr = text
        .parse()
        .map_err(|_| format!("IP Address {text:?} parse error during conversion from string"))?;
    match ip {
        IpAddr::V6(inner) if inner.to_ipv4_mapped().is_some() => {
            Err(format!("IPv4-mapped IPv6 address {text:?} is not allowed"))
        }
        ip => Ok(ip),
    }
}

fn shown(ip: IpAddr) -> String {
    ip.to_string()
}

fn cidr_of(value: &Value) -> Done {
    match value {
        Value::String(text) => network(text).map(|(ip, bits)| Value::Cidr(ip, bits)),
        _ => Err("no such overload".to_owned()),
    }
}

fn network(text: &str) -> Result<(IpAddr, u8), String> {
    let wrong = || "network address parse error during conversion from string".to_owned();
    let (ip, bits) = text.rsplit_once('/').ok_or_else(wrong)?;
    let ip = address(ip)?;
    let most = if ip.is_ipv4() { 32 } else { 128 };
    let leading = bits.len() > 1 && bits.starts_with('0');
    let digits = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit()) && !leading;
    let bits: u8 = digits.then(|| bits.parse().ok()).flatten().ok_or_else(wrong)?;
    if bits <= most { Ok((ip, bits)) } else { Err(wrong()) }
}

fn masked(ip: IpAddr, bits: u8) -> IpAddr {
    match ip {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(ip.to_bits() & mask))
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & mask))
        }
    }
}

fn contains_ip(network: &Value, ip: &Value) -> Done {
    match (network, ip) {
        (Value::Cidr(own, bits), Value::Ip(ip)) => {
            let same = own.is_ipv4() == ip.is_ipv4();
            Ok((same && masked(*own, *bits) == masked(*ip, *bits)).into())
        }
        _ => Err("no such overload".to_owned()),
    }
}

fn contains_cidr(network: &Value, inner: &Value) -> Done {
    match (network, inner) {
        (Value::Cidr(_, bits), Value::Cidr(ip, others)) => {
            let inside = contains_ip(network, &Value::Ip(*ip))?;
            Ok((bits <= others && matches!(inside, Value::Bool(true))).into())
        }
        _ => Err("no such overload".to_owned()),
    }
}
