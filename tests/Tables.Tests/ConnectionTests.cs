using System.Collections.Concurrent;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Azure.Data.Tables.Sas;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Tables.Tests;

[Trait("Category", "Contract")]
public sealed class ConnectionTests(AzuriteFixture azurite) : TableTest(azurite)
{
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private static readonly DateTimeOffset Tomorrow = DateTimeOffset.UtcNow.AddDays(1);

    [Fact]
    public async Task SharedKey_Right_IsLetIn()
    {
        var client = new TableClient(Endpoint, TableName, new TableSharedKeyCredential("devstoreaccount1", Key));

        (await client.AddEntityAsync(new TableEntity("p ", "r'"), Cancel)).Status.ShouldBe(204);
        (client.AccountName, client.Uri.AbsoluteUri).ShouldBe(("devstoreaccount1", $"{Endpoint}/{TableName}"));
    }

    [Fact]
    public async Task SharedKey_Wrong_Is403WithoutRetry()
    {
        var transport = new CountingTransport();
        var credential = new TableSharedKeyCredential("devstoreaccount1", Convert.ToBase64String(new byte[64]));
        var client = new TableClient(Endpoint, TableName, credential, new TableClientOptions { Transport = transport });

        var failure = await Should.ThrowAsync<RequestFailedException>(client.AddEntityAsync(new TableEntity("p", "r"), Cancel));

        failure.Status.ShouldBe(403);
        transport.Count.ShouldBe(1);
    }

    [Fact]
    public async Task SharedKey_Replaced_IsUsedFromThenOn()
    {
        var credential = new TableSharedKeyCredential("devstoreaccount1", Convert.ToBase64String(new byte[64]));
        var client = new TableClient(Endpoint, TableName, credential);
        credential.SetAccountKey(Key);

        (await client.AddEntityAsync(new TableEntity("p", "r"), Cancel)).Status.ShouldBe(204);
    }

    [Fact]
    public async Task TableSas_ReadOnly_ReadsAndRefusesToWrite()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r"), Cancel);
        var client = new TableClient(Table.GenerateSasUri(TableSasPermissions.Read, Tomorrow));

        var read = await client.QueryAsync<TableEntity>(cancellationToken: Cancel).ToListAsync(Cancel);
        var failure = await Should.ThrowAsync<RequestFailedException>(client.AddEntityAsync(new TableEntity("p", "s"), Cancel));

        read.ShouldHaveSingleItem();
        failure.Status.ShouldBe(403);
        client.Name.ShouldBe(TableName);
        client.Uri.Query.ShouldBeEmpty();
    }

    [Fact]
    public async Task TableSas_RangeOfPartitions_EndsThere()
    {
        var builder = Table.GetSasBuilder(TableSasPermissions.All, Tomorrow);
        (builder.PartitionKeyStart, builder.RowKeyStart, builder.PartitionKeyEnd, builder.RowKeyEnd) = ("a", "", "b", "z");
        builder.StartsOn = DateTimeOffset.UtcNow.AddMinutes(-5);
        builder.Protocol = TableSasProtocol.HttpsAndHttp;

        var client = new TableClient(Table.GenerateSasUri(builder));

        (await client.AddEntityAsync(new TableEntity("a", "r"), Cancel)).Status.ShouldBe(204);
    }

    [Fact]
    public async Task TableSas_Tampered_IsRefused()
    {
        var uri = Table.GenerateSasUri(TableSasPermissions.Read, Tomorrow).AbsoluteUri.Replace("sp=r", "sp=raud");

        var failure = await Should.ThrowAsync<RequestFailedException>(
            new TableClient(new Uri(uri)).AddEntityAsync(new TableEntity("p", "r"), Cancel));

        failure.Status.ShouldBe(403);
    }

    [Fact]
    public async Task AccountSas_EveryForm_IsLetIn()
    {
        var signer = new TableServiceClient(Emulator.ConnectionString);
        var uri = signer.GenerateSasUri(TableAccountSasPermissions.All, TableAccountSasResourceTypes.All, Tomorrow);
        var sas = uri.Query;
        TableServiceClient[] services =
        [
            new(uri),
            new(Endpoint, new AzureSasCredential(sas)),
            new($"TableEndpoint={Endpoint};SharedAccessSignature={sas.TrimStart('?')}"),
        ];

        for (var index = 0; index < services.Length; index++)
        {
            var table = services[index].GetTableClient(TableName);
            (await table.AddEntityAsync(new TableEntity("p", $"{index}"), Cancel)).Status.ShouldBe(204);
            (await services[index].QueryAsync(item => item.Name == TableName, cancellationToken: Cancel).CountAsync(Cancel)).ShouldBe(1);
        }

        Should.Throw<InvalidOperationException>(() => services[1].GenerateSasUri(TableAccountSasPermissions.All, TableAccountSasResourceTypes.All, Tomorrow));
    }

    [Fact]
    public void Sas_OverHttpToAnotherMachine_IsRefused() =>
        Should.Throw<ArgumentException>(() => new TableServiceClient(new Uri("http://account.table.core.windows.net"), new AzureSasCredential("sig=x")));

    [Theory]
    [InlineData(null, "https://storage.azure.com/.default")]
    [InlineData("https://storage.azure.us", "https://storage.azure.us/.default")]
    public async Task Token_EveryRequest_CarriesTheBearerTokenOfTheAudience(string? audience, string scope)
    {
        var transport = new CannedTransport(404, """{"odata.error":{"code":"ResourceNotFound","message":{"lang":"en","value":"gone"}}}""");
        var credential = new FakeCredential();
        var options = new TableClientOptions { Transport = transport, Audience = audience is null ? (TableAudience?)null : new TableAudience(audience) };
        var client = new TableClient(new Uri("https://account.table.core.windows.net"), "rows", credential, options);

        var failure = await Should.ThrowAsync<RequestFailedException>(client.GetEntityAsync<TableEntity>("p", "a/'b", cancellationToken: Cancel));

        (failure.Status, failure.ErrorCode).ShouldBe((404, TableErrorCode.ResourceNotFound.ToString()));
        failure.Message.ShouldStartWith("gone");
        credential.Scopes.ShouldBe([scope]);
        var request = transport.Requests.ShouldHaveSingleItem();
        request["Authorization"].ShouldBe("Bearer fake-token");
        request["x-ms-version"].ShouldBe("2020-12-06");
        request["uri"].ShouldBe("https://account.table.core.windows.net/rows(PartitionKey=%27p%27,RowKey=%27a%2F%27%27b%27)");
    }

    [Fact]
    public async Task Failure_AnswerOfAGateway_ShowsStatusWithoutCode()
    {
        var options = new TableClientOptions { Transport = new CannedTransport(400, "<html>Bad gateway manners</html>") };
        var client = new TableClient(Emulator.ConnectionString, TableName, options);

        var failure = await Should.ThrowAsync<RequestFailedException>(client.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancel));

        (failure.Status, failure.ErrorCode).ShouldBe((400, null));
    }

    [Fact]
    public async Task Retry_FirstAnswer503_SucceedsAtTheSecond()
    {
        var transport = new CountingTransport();
        transport.Answer(call => call.Number == 1, 503);

        await Connect(transport).AddEntityAsync(new TableEntity("p", "r"), Cancel);

        transport.ByOperation.ShouldBe(new Dictionary<string, int> { ["table insert"] = 2 });
    }

    [Fact]
    public async Task Retry_AnswerOfAnInsertLost_ConflictsWithItself()
    {
        var transport = new CountingTransport();
        transport.Fail(1, FailurePoint.AfterSending);

        var failure = await Should.ThrowAsync<RequestFailedException>(Connect(transport).AddEntityAsync(new TableEntity("p", "r"), Cancel));

        failure.Status.ShouldBe(409);
        transport.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Retry_TransactionNeverReachesTheService_GivesUpAfterThreeRetries()
    {
        var transport = new CountingTransport();
        transport.Fail(_ => true, FailurePoint.BeforeSending);

        await Should.ThrowAsync<AggregateException>(Connect(transport).SubmitTransactionAsync(
            [new(TableTransactionActionType.Add, new TableEntity("p", "r"))], Cancel));

        transport.ByOperation.ShouldBe(new Dictionary<string, int> { ["table transaction"] = 4 });
    }

    [Fact]
    public async Task Operations_EachCostOneCall()
    {
        var transport = new CountingTransport();
        var client = Connect(transport);

        await client.AddEntityAsync(new TableEntity("p", "r"), Cancel);
        await client.UpsertEntityAsync(new TableEntity("p", "r"), TableUpdateMode.Replace, Cancel);
        await client.UpsertEntityAsync(new TableEntity("p", "r"), TableUpdateMode.Merge, Cancel);
        await client.GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: Cancel);
        await client.QueryAsync<TableEntity>(cancellationToken: Cancel).CountAsync(Cancel);
        await client.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "s"))], Cancel);
        await client.DeleteEntityAsync("p", "r", cancellationToken: Cancel);
        await client.CreateIfNotExistsAsync(Cancel);

        transport.ByOperation.ShouldBe(
            new Dictionary<string, int>
            {
                ["table insert"] = 1,
                ["table replace"] = 1,
                ["table merge"] = 1,
                ["table get"] = 1,
                ["table query"] = 1,
                ["table transaction"] = 1,
                ["table delete"] = 1,
                ["table create"] = 1,
            },
            ignoreOrder: true);
    }

    private sealed class FakeCredential : TokenCredential
    {
        public ConcurrentQueue<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.Enqueue(string.Join(' ', requestContext.Scopes));
            return new AccessToken("fake-token", DateTimeOffset.UtcNow.AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
