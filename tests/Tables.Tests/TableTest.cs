using Azure.Core.Pipeline;
using Azure.Data.Tables;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Tables.Tests;

/// <summary>A table of its own for each test.</summary>
public abstract class TableTest(AzuriteFixture azurite) : IAsyncLifetime
{
    protected AzuriteFixture Emulator => azurite;

    protected string TableName { get; } = AzuriteFixture.NewPrefix();

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected TableClient Table => field ??= Connect(HttpClientTransport.Shared);

    protected Uri Endpoint => new($"http://127.0.0.1:{azurite.Azurite.TablePort}/devstoreaccount1");

    public async ValueTask InitializeAsync() => await Table.CreateAsync(Cancel);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected TableClient Connect(HttpPipelineTransport transport)
    {
        var options = new TableClientOptions { Transport = transport };
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        return new TableClient(azurite.ConnectionString, TableName, options);
    }
}
