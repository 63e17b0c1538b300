using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using SyncFunctions.Tests.Support;

namespace SyncFunctions.Tables.Tests;

/// <summary>The genuine storage packages work on the embedded System.IO.Hashing.</summary>
[Trait("Category", "Contract")]
public sealed class StoragePackageTests(AzuriteFixture azurite)
{
    private readonly string _name = AzuriteFixture.NewPrefix();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Queue_SendReceiveDelete_RoundTrips()
    {
        var queue = new QueueClient(azurite.ConnectionString, _name, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        await queue.CreateAsync(cancellationToken: Cancel);
        await queue.SendMessageAsync("hello", Cancel);

        var received = (await queue.ReceiveMessageAsync(cancellationToken: Cancel)).Value;
        await queue.DeleteMessageAsync(received.MessageId, received.PopReceipt, Cancel);

        received.Body.ToString().ShouldBe("hello");
        (await queue.PeekMessagesAsync(cancellationToken: Cancel)).Value.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(StorageChecksumAlgorithm.None)]
    [InlineData(StorageChecksumAlgorithm.MD5)]
    public async Task Blob_UploadInBlocks_DownloadsTheSameBytes(StorageChecksumAlgorithm checksum)
    {
        var container = new BlobContainerClient(azurite.ConnectionString, _name);
        await container.CreateAsync(cancellationToken: Cancel);
        var content = new byte[200_000];
        new Random(7).NextBytes(content);
        var upload = new BlobUploadOptions
        {
            TransferOptions = new StorageTransferOptions { InitialTransferSize = 64_000, MaximumTransferSize = 64_000 },
            TransferValidation = new UploadTransferValidationOptions { ChecksumAlgorithm = checksum },
        };

        var blob = container.GetBlobClient("folder/data");
        await blob.UploadAsync(new MemoryStream(content), upload, Cancel);
        var downloaded = new MemoryStream();
        await blob.DownloadToAsync(downloaded, Cancel);

        downloaded.ToArray().ShouldBe(content);
        (await blob.DownloadContentAsync(Cancel)).Value.Content.ToArray().ShouldBe(content);
    }
}
