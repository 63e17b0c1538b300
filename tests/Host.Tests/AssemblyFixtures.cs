using SyncFunctions.Tests.Support;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]
