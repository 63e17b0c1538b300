using Azure.Identity;
using Microsoft.Azure.Functions.Worker.Embedded;
using Microsoft.Extensions.Configuration;

namespace SyncFunctions.Host.Tests.Settings;

public sealed class StorageConnectionsTests
{
    [Theory]
    [InlineData("StateStorage")]
    [InlineData("AzureWebJobsStateStorage")]
    [InlineData("ConnectionStrings:StateStorage")]
    public void Connection_GivenAsText_IsFoundUnderEachOfItsNames(string setting)
        => Connections((setting, "UseDevelopmentStorage=true")).Get("StateStorage").ConnectionString.ShouldBe("UseDevelopmentStorage=true");

    [Fact]
    public void Connection_GivenAsAddresses_HasACredential()
    {
        var connection = Connections(("DurableStorage:tableServiceUri", "https://a.table.example/"), ("DurableStorage:queueServiceUri", "https://a.queue.example/")).Get("DurableStorage");
        connection.ConnectionString.ShouldBeNull();
        connection.TableServiceUri.ShouldBe(new Uri("https://a.table.example/"));
        connection.QueueServiceUri.ShouldBe(new Uri("https://a.queue.example/"));
        connection.Credential.ShouldBeOfType<DefaultAzureCredential>();
        Should.Throw<InvalidOperationException>(() => connection.Required(connection.BlobServiceUri, "blob")).Message
            .ShouldBe("The storage connection 'DurableStorage' has no address: set 'DurableStorage__blobServiceUri'.");
    }

    [Fact]
    public void Connection_WithManagedIdentity_UsesIt()
        => Connections(("S:queueServiceUri", "https://a.queue.example/"), ("S:credential", "managedidentity"), ("S:clientId", "x"))
            .Get("S").Credential.ShouldBeOfType<ManagedIdentityCredential>();

    [Fact]
    public void Connection_GivenAsAccountName_HasTheUsualAddresses()
        => Connections(("S:accountName", "mine")).Get("S").BlobServiceUri.ShouldBe(new Uri("https://mine.blob.core.windows.net"));

    [Fact]
    public void Connection_NotSet_IsNamedInOneSentence()
    {
        var connections = Connections();
        connections.TryGet("S", out _).ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => connections.Get(name: null)).Message.ShouldStartWith("The storage connection 'AzureWebJobsStorage' is not set:");
    }

    private static StorageConnections Connections(params (string Name, string Value)[] settings)
        => new(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, string? (setting) => setting.Value)).Build());
}
