using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace SyncFunctions.Up;

/// <summary>The ports a start uses.</summary>
/// <param name="Mail">Null where no mail is caught: nobody looks at it while something is tried or measured.</param>
public sealed record Ports(int App, int Vendors, int Blob, int Queue, int Table, (int Smtp, int Page)? Mail)
{
    /// <summary>Takes what the options name, else the usual ports, or free ones where the options ask for that.</summary>
    /// <exception cref="UpFailure">A port is given twice or in use.</exception>
    public static Ports Choose(UpOptions options)
    {
        var usual = UpOptions.DefaultAzuritePorts;
        var (blob, queue, table) = options.AzuritePorts ?? (options.FreePorts ? (Free(), Free(), Free()) : usual);
        var ports = new Ports(
            options.AppPort ?? (options.FreePorts ? Free() : UpOptions.DefaultAppPort),
            options.VendorsPort ?? (options.FreePorts ? Free() : UpOptions.DefaultVendorsPort),
            blob,
            queue,
            table,
            options.Mode == UpMode.Run ? options.MailPorts ?? (options.FreePorts ? (Free(), Free()) : UpOptions.DefaultMailPorts) : null);

        (int Port, string Use, string Option)[] all =
        [
            (ports.App, "the function app", "--app-port"),
            (ports.Vendors, "the simulated vendors", "--vendors-port"),
            (ports.Blob, "Azurite's blobs", "--azurite-ports"),
            (ports.Queue, "Azurite's queues", "--azurite-ports"),
            (ports.Table, "Azurite's tables", "--azurite-ports"),
            .. ports.Mail is var (smtp, page) ? [(smtp, "caught mail", "--mail-ports"), (page, "the page of caught mail", "--mail-ports")] : Array.Empty<(int, string, string)>(),
        ];
        foreach (var shared in all.GroupBy(entry => entry.Port).Where(group => group.Count() > 1))
            throw new UpFailure($"Port {shared.Key} is given to both {string.Join(" and ", shared.Select(entry => entry.Use))}.");
        foreach (var (port, use, option) in all)
        {
            if (IsInUse(port))
                throw InUse(port, use, option);
        }

        return ports;
    }

    /// <summary>What to say of a port that another program has.</summary>
    public static UpFailure InUse(int port, string use, string option) =>
        new($"Port {port} for {use} is in use by another program; name another with {option}, or let --free-ports find one.");

    /// <summary>Whether something listens there on this machine.</summary>
    public static bool IsInUse(int port)
    {
        // Asked of the system, not tried: binding would succeed beside a listener on another address.
        return IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port);
    }

    private static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
