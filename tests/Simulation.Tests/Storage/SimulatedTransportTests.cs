using Azure;
using Azure.Data.Tables;
using SyncFunctions.Simulation.Storage;
using SyncFunctions.State;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Simulation.Tests.Storage;

public sealed class SimulatedTransportTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly MemoryStorage _account = new();
    private readonly List<string> _effects = [];

    [Fact]
    public void Calls_NoGate_AreDoneAtOnce()
    {
        var clients = SimulatedClients.Over(new SimulatedTransport(_account), TimeProvider.System);

        new StateTables(clients).CreateAsync(Cancel).IsCompletedSuccessfully.ShouldBeTrue();
        clients.Queues.GetQueueClient("polls").CreateIfNotExistsAsync(cancellationToken: Cancel).IsCompletedSuccessfully.ShouldBeTrue();
        clients.Queues.GetQueueClient("polls").SendMessageAsync("one", Cancel).IsCompletedSuccessfully.ShouldBeTrue();
        var table = clients.Tables.GetTableClient("links");
        table.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "1"))], Cancel).IsCompletedSuccessfully.ShouldBeTrue();
        table.QueryAsync<TableEntity>("PartitionKey eq 'p'", cancellationToken: Cancel).ToListAsync(Cancel).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        clients.Blobs.GetBlobContainerClient("sweeps").GetBlobClient("a").UploadAsync(BinaryData.FromString("1"), Cancel).IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Theory]
    [InlineData(StorageOutcome.AnswerLost, 409)]
    [InlineData(StorageOutcome.RequestLost, 204)]
    [InlineData(StorageOutcome.Busy, 204)]
    [InlineData(StorageOutcome.Failed, 204)]
    public async Task Insert_FirstCallMeetsAFault_IsSentAgain(StorageOutcome fault, int answer)
    {
        var table = Gated(call => call == 1 ? fault : StorageOutcome.Answered);

        var status = 0;
        try
        {
            status = (await table.AddEntityAsync(new TableEntity("p", "1"), Cancel)).Status;
        }
        catch (RequestFailedException refused)
        {
            status = refused.Status;
        }

        status.ShouldBe(answer);
        _effects.ShouldBe(["POST links", "POST links"]);
    }

    [Fact]
    public async Task Effects_OfAllKinds_HaveNames()
    {
        var table = Gated(_ => StorageOutcome.Answered);

        await table.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "1")), new(TableTransactionActionType.UpsertReplace, new TableEntity("p", "2|x"))], Cancel);
        await table.DeleteEntityAsync("p", "2|x", ETag.All, Cancel);

        _effects.ShouldBe(["BATCH POST + PUT '2|x'", "DELETE links(PartitionKey='p',RowKey='2|x') if-match"]);
    }

    private TableClient Gated(Func<int, StorageOutcome> outcome)
    {
        new StateTables(SimulatedClients.Over(new SimulatedTransport(_account), TimeProvider.System)).CreateAsync(Cancel).IsCompletedSuccessfully.ShouldBeTrue();
        var transport = new SimulatedTransport(_account, name =>
        {
            _effects.Add(name);
            return ValueTask.FromResult(new StorageTurn(outcome(_effects.Count)));
        });
        return SimulatedClients.Over(transport, TimeProvider.System).Tables.GetTableClient("links");
    }
}
