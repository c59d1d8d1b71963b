using EvenKeel.Backends;
using EvenKeel.Training;

namespace EvenKeel.Tests.House;

/// <summary>The README's sample, compiled and run; the test fails when the two drift apart.</summary>
public class ReadmeTests
{
    [Fact]
    public void TheSampleIsTheReadmesAndRuns()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests", "EvenKeel.Tests", "House", "ReadmeTests.cs"));
        foreach (var line in readme.Split("```csharp")[1].Split("```")[0].Split('\n'))
        {
            // Size and place differ, so that the test is quick and leaves nothing behind.
            if (line.Length == 0 || line.StartsWith("using EvenKeel", StringComparison.Ordinal)
                || line.Contains("TrainImages", StringComparison.Ordinal) || line.Contains("runs/example", StringComparison.Ordinal)
                || line.Contains("Console", StringComparison.Ordinal))
            {
                continue;
            }

            Assert.Contains(line.Trim(), source, StringComparison.Ordinal);
        }

        var folder = Path.Combine(Path.GetTempPath(), $"evenkeel-readme-{Guid.NewGuid():N}");
        try
        {
            var spec = new RunSpec { Scheme = "wn+mobn", Width = 0.05, TrainImages = 100, TestImages = 20, Epochs = 1, Batch = 20 };
            using var backend = new CpuBackend();
            var data = TrainingData.Load(spec, dataFolder: "");
            var trainer = new Trainer(spec, data, backend);
            trainer.Run(new RunFolder(folder));
            Assert.True(trainer.Network.ParameterCount > 0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
