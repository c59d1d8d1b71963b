using EvenKeel.Kernels.Random;

namespace EvenKeel.Data;

/// <summary>
/// The images of one run. Validation images come from the end of the training set, training images are the first so
/// many of what is left, test images the first so many of the test set.
/// </summary>
/// <param name="Train">Images to learn from.</param>
/// <param name="Validation">Images held out of the training set; null if none.</param>
/// <param name="Test">Test images; null if none.</param>
public sealed record DataSplit(ImageSet Train, ImageSet? Validation, ImageSet? Test)
{
    /// <summary>Cuts a data set.</summary>
    /// <param name="train">The whole training set.</param>
    /// <param name="test">The whole test set; null if the run does not test.</param>
    /// <param name="trainImages">How many to learn from; null means all that validation leaves.</param>
    /// <param name="validationImages">How many to hold out.</param>
    /// <param name="testImages">How many to test on; null means all, 0 none.</param>
    /// <param name="seed">Null keeps the order of the files; a number first shuffles the training set by it.</param>
    /// <exception cref="UserException">More images are asked for than there are.</exception>
    public static DataSplit Create(
        ImageSet train, ImageSet? test, int? trainImages = null, int validationImages = 0, int? testImages = null,
        ulong? seed = null)
    {
        var left = train.Count - validationImages;
        if (validationImages < 0 || left < 1 || trainImages is < 1 || trainImages > left)
        {
            throw new UserException(
                $"{train.Name} has {train.Count} training images: {trainImages ?? 1} to learn from and " +
                $"{validationImages} for validation were asked for. Ask for fewer.");
        }

        if (testImages is < 0 || testImages > (test?.Count ?? 0))
        {
            throw new UserException(
                $"{train.Name} has {test?.Count ?? 0} test images: {testImages} were asked for. Ask for fewer.");
        }

        var ordered = seed is { } s ? train.Reorder(new RandomStream(s, RandomUse.Split).Permutation(train.Count)) : train;
        return new DataSplit(
            ordered.Take(0, trainImages ?? left),
            validationImages == 0 ? null : ordered.Take(left, validationImages),
            test is null || testImages == 0 ? null : test.Take(0, testImages ?? test.Count));
    }
}
