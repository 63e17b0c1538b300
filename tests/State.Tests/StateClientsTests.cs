using Microsoft.Extensions.DependencyInjection;

namespace SyncFunctions.State.Tests;

public sealed class StateClientsTests
{
    [Fact]
    public void Create_NothingSet_NamesTheSetting() =>
        Should.Throw<InvalidOperationException>(() => StateClients.Create(_ => null)).Message.ShouldContain("StateStorage__tableServiceUri");

    [Theory]
    [InlineData("StateStorage__")]
    [InlineData("StateStorage:")]
    public void Create_Addresses_AreUsedWithAnIdentity(string prefix)
    {
        var settings = new Dictionary<string, string>
        {
            [$"{prefix}tableServiceUri"] = "https://acme.table.core.windows.net",
            [$"{prefix}blobServiceUri"] = "https://acme.blob.core.windows.net",
            [$"{prefix}queueServiceUri"] = "https://acme.queue.core.windows.net",
            [$"{prefix}credential"] = "managedidentity",
            [$"{prefix}clientId"] = "5f0c1b52-9d4e-4d2e-9f3a-0f4f7f7f7f7f",
        };

        var clients = StateClients.Create(settings.GetValueOrDefault);

        (clients.Tables.Uri.Host, clients.Blobs.Uri.Host, clients.Queues.Uri.Host)
            .ShouldBe(("acme.table.core.windows.net", "acme.blob.core.windows.net", "acme.queue.core.windows.net"));
    }

    [Fact]
    public void Create_AccountName_GivesTheAddresses() =>
        StateClients.Create(name => name == "StateStorage__accountName" ? "acme" : null).Queues.Uri.Host.ShouldBe("acme.queue.core.windows.net");

    [Fact]
    public void AddState_EveryStore_CanBeResolved()
    {
        var services = new ServiceCollection();
        var clients = StateClients.Create(_ => "UseDevelopmentStorage=true");

        using var provider = services.AddState(clients).AddSingleton(SecretKeys.New()).BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });

        services.Where(service => service.ServiceType.Assembly == typeof(StateClients).Assembly)
            .Select(service => provider.GetRequiredService(service.ServiceType))
            .ShouldAllBe(service => service != null);
    }
}
