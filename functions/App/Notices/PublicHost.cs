using System.Net;
using System.Net.Sockets;

namespace SyncFunctions.App.Notices;

/// <summary>Whether an address is one of the open internet: a tenant's webhook must not reach what only this app can reach.</summary>
internal static class PublicHost
{
    private static readonly IPNetwork[] Closed =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("224.0.0.0/3"),
        IPNetwork.Parse("::/128"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("64:ff9b::/96"), IPNetwork.Parse("64:ff9b:1::/48"), IPNetwork.Parse("2002::/16"), IPNetwork.Parse("2001::/32"),
        IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("ff00::/8"),
    ];

    private static readonly string[] ClosedNames = ["localhost", ".localhost", ".local", ".internal", ".lan", ".home.arpa"];

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 && !Closed.Any(network => network.Contains(address));
    }

    /// <summary>By its name alone; what the name leads to is looked at with every call.</summary>
    public static bool MayBe(Uri address) => IPAddress.TryParse(address.IdnHost, out var literal)
        ? Is(literal)
        : address.IdnHost.TrimEnd('.') is var host && host.Contains('.') && !ClosedNames.Any(name => host == name || (name[0] == '.' && host.EndsWith(name, StringComparison.OrdinalIgnoreCase)));
}
