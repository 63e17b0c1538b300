using SyncFunctions.Local;
using Xunit;

namespace SyncFunctions.Tests.Support;

/// <summary>
/// A storage emulator of the test assembly's own, on free ports and in memory:
/// <c>[assembly: AssemblyFixture(typeof(AzuriteFixture))]</c>, then a constructor parameter of the test class.
/// </summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private Azurite? _azurite;

    /// <summary>Connects to tables, queues and blobs.</summary>
    public string ConnectionString => Azurite.ConnectionString;

    /// <summary>The running emulator.</summary>
    public Azurite Azurite => _azurite ?? throw new InvalidOperationException("The emulator has not been started.");

    /// <summary>A random beginning for the names of a test's tables, queues and containers: letters and digits, starts with a letter.</summary>
    public static string NewPrefix() => $"t{Guid.NewGuid():N}"[..13];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _azurite = await Azurite.StartAsync(new AzuriteOptions(), TestContext.Current.CancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
            await _azurite.DisposeAsync();
    }
}
