using System.Net;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Access;

/// <summary>Addresses and networks from which something may be reached.</summary>
public static class AddressList
{
    public const int MaxLength = 100;

    /// <summary><c>192.0.2.7</c>, <c>192.0.2.0/24</c>, <c>2001:db8::/32</c>.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var one) && text.Contains(one.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? '.' : ':'))
        {
            network = new IPNetwork(one, one.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(text, out network);
    }

    /// <param name="list">None: from anywhere.</param>
    /// <param name="address">Null, not known, is on no list.</param>
    public static bool Takes(IReadOnlyCollection<string> list, IPAddress? address)
    {
        if (list.Count == 0) return true;
        return address is not null && list.Any(entry => TryParse(entry, out var network) && network.Contains(address));
    }

    /// <exception cref="ProblemException">The address is not on the list.</exception>
    public static void Require(IReadOnlyCollection<string> list, IPAddress? address)
    {
        if (!Takes(list, address))
            throw new ProblemException(ProblemType.NotAllowed, $"This tenant is open to some addresses only, and {(address is null ? "yours, which is not known," : address)} is not one of them. Ask an administrator of the tenant.");
    }
}
