using EvenKeel.Backends;
using EvenKeel.Norms;
using EvenKeel.Training;
using HalvingNorm;

Norm.Register<Halving>();
var spec = new RunSpec
{
    Model = "mlp-1",
    Scheme = "half(factor=0.25)",
    Width = 0.1,
    TrainImages = 1000,
    TestImages = 0,
    Batch = 50,
    Epochs = 1,
    Optimizer = new OptimizerSpec { LearningRate = 0.01 },
};
using var backend = new CpuBackend();
var trainer = new Trainer(spec, TrainingData.Load(spec, dataFolder: ""), backend);
var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
try
{
    trainer.Run(new RunFolder(folder), observer: new LossLines());
}
finally
{
    Directory.Delete(folder, recursive: true);
}
