using System.Diagnostics;
using Azure.Data.Tables;
using SyncFunctions.Tests.Support;
using SyncFunctions.Local;

namespace SyncFunctions.Tables.Tests;

[Trait("Category", "Contract")]
public sealed class AzuriteTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Start_FreePorts_ListensOnThreeDifferentOnes() =>
        new[] { azurite.Azurite.BlobPort, azurite.Azurite.QueuePort, azurite.Azurite.TablePort }.ShouldBeUnique();

    [Fact]
    public async Task Start_PortTaken_SaysSoInOneSentence()
    {
        var taken = azurite.Azurite.QueuePort;

        var failure = await Should.ThrowAsync<InvalidOperationException>(Azurite.StartAsync(new AzuriteOptions { QueuePort = taken }, Cancel));

        failure.Message.ShouldBe($"Azurite could not start because 127.0.0.1:{taken} is in use by another program.");
    }

    [Fact]
    public async Task Dispose_WithLocation_SavesForTheNextStart()
    {
        var location = Directory.CreateTempSubdirectory("azurite-").FullName;
        try
        {
            await using (var first = await Azurite.StartAsync(new AzuriteOptions { Location = location }, Cancel))
            {
                var table = new TableClient(first.ConnectionString, "kept");
                await table.CreateAsync(Cancel);
                await table.AddEntityAsync(new TableEntity("p", "r"), Cancel);
            }

            await using var second = await Azurite.StartAsync(new AzuriteOptions { Location = location }, Cancel);
            var kept = await new TableClient(second.ConnectionString, "kept").GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: Cancel);

            kept.HasValue.ShouldBeTrue();
        }
        finally
        {
            Directory.Delete(location, recursive: true);
        }
    }

    [Fact]
    public async Task Dispose_Running_EndsTheProcess()
    {
        var own = await Azurite.StartAsync(new AzuriteOptions(), Cancel);
        using var process = Process.GetProcessById(own.ProcessId);

        await own.DisposeAsync();

        process.HasExited.ShouldBeTrue();
    }
}
