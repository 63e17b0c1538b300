using Azure.Data.Tables;

namespace SyncFunctions.Tables.Tests;

public sealed class ConnectionStringTests
{
    private const string Key = "c2VjcmV0LWtleQ==";

    [Theory]
    [InlineData("UseDevelopmentStorage=true", "http://127.0.0.1:10002/devstoreaccount1", "devstoreaccount1")]
    [InlineData("UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://10.0.0.7", "http://10.0.0.7:10002/devstoreaccount1", "devstoreaccount1")]
    [InlineData($"DefaultEndpointsProtocol=https;AccountName=acc;AccountKey={Key};EndpointSuffix=core.windows.net", "https://acc.table.core.windows.net/", "acc")]
    [InlineData($"AccountName=acc;AccountKey={Key};EndpointSuffix=core.usgovcloudapi.net", "https://acc.table.core.usgovcloudapi.net/", "acc")]
    [InlineData($"AccountName=acc;AccountKey={Key};TableEndpoint=https://tables.example.com;", "https://tables.example.com/", "acc")]
    [InlineData($"AccountName=acc;AccountKey={Key};TableEndpoint=http://127.0.0.1:4000/acc", "http://127.0.0.1:4000/acc", "acc")]
    [InlineData("TableEndpoint=https://acc.table.core.windows.net/;SharedAccessSignature=sv=1&sig=a%3D%3D", "https://acc.table.core.windows.net/", "acc")]
    [InlineData("BlobEndpoint=https://b.example.com;accountname=acc;ACCOUNTKEY=a2V5;EndpointSuffix=core.windows.net", "https://acc.table.core.windows.net/", "acc")]
    public void Parse_KnownForm_FindsServiceAndAccount(string connectionString, string uri, string account)
    {
        var service = new TableServiceClient(connectionString);

        (service.Uri.AbsoluteUri, service.AccountName).ShouldBe((uri, account));
        service.GetTableClient("rows").Uri.AbsoluteUri.ShouldBe($"{uri.TrimEnd('/')}/rows");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("UseDevelopmentStorage=false")]
    [InlineData("AccountName=acc")]
    [InlineData($"AccountName=acc;AccountKey={Key}")]
    [InlineData($"AccountKey={Key};EndpointSuffix=core.windows.net")]
    [InlineData("TableEndpoint=https://acc.table.core.windows.net")]
    [InlineData($"AccountName=acc;AccountKey={Key};TableEndpoint=not-a-uri")]
    [InlineData($"AccountName=acc;AccountKey={Key};=x")]
    public void Parse_IncompleteForm_IsRefusedWithoutTheKey(string connectionString) =>
        Should.Throw<FormatException>(() => new TableServiceClient(connectionString)).Message.ShouldNotContain(Key);

    [Theory]
    [InlineData("https://acc.table.core.windows.net/rows?sv=1&sig=x", "rows")]
    [InlineData("https://acc.table.core.windows.net/?sv=1&tn=rows&sig=x", "rows")]
    [InlineData("http://127.0.0.1:10002/acc/rows?sv=1&sig=x", "rows")]
    public void Parse_SasUri_FindsTheTable(string uri, string table)
    {
        var client = new TableClient(new Uri(uri));

        (client.Name, client.AccountName, client.Uri.Query).ShouldBe((table, "acc", ""));
    }
}
